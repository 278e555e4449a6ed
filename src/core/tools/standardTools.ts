import { createEditFileTool } from './editFile.ts';
import { createGetDiagnosticsTool } from './getDiagnostics.ts';
import { createListFilesTool } from './listFiles.ts';
import { createReadFileTool } from './readFile.ts';
import { createToolRegistry, type ToolRegistry } from './registry.ts';
import { createRunCommandTool, type RunCommandOptions } from './runCommand.ts';
import { createSearchTool } from './search.ts';
import { createWriteFileTool } from './writeFile.ts';

/** The registry of all tools that come with the product. To add one, make its file and name it here. */
export function createStandardTools(options: RunCommandOptions): ToolRegistry {
  return createToolRegistry([
    createReadFileTool(),
    createListFilesTool(),
    createSearchTool(options.clock),
    createEditFileTool(),
    createWriteFileTool(),
    createRunCommandTool(options),
    createGetDiagnosticsTool(),
  ]);
}
