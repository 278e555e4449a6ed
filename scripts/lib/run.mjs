// Runs child programs: loudly (their output is ours) or quietly (output only when they fail).
import { spawn } from 'node:child_process';

/**
 * @typedef {object} RunOptions
 * @property {string} [cwd]
 * @property {Record<string, string | undefined>} [env] Added to our own environment; undefined removes.
 * @property {boolean} [isQuiet] Keep the output back unless the program fails.
 * @property {boolean} [isShell] For Windows' .cmd files, which only a shell runs.
 * @property {number} [timeoutMs] Kill the program after so long.
 */

/**
 * Runs a program to its end. Resolves with its exit code; rejects only if it cannot be started.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {RunOptions} [options]
 * @returns {Promise<number>}
 */
export function run(command, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: options.cwd,
      env: environment(options.env),
      stdio: options.isQuiet ? ['ignore', 'pipe', 'pipe'] : ['ignore', 'inherit', 'inherit'],
      shell: options.isShell ?? false,
      timeout: options.timeoutMs,
      killSignal: 'SIGKILL',
    });
    /** @type {Buffer[]} */
    const output = [];
    child.stdout?.on('data', (chunk) => output.push(chunk));
    child.stderr?.on('data', (chunk) => output.push(chunk));
    child.on('error', reject);
    child.on('close', (code, signal) => {
      if (code !== 0) {
        process.stderr.write(Buffer.concat(output));
      }
      if (signal) {
        console.error(`${command} was ended by ${signal}.`);
      }
      resolve(code ?? 1);
    });
  });
}

/**
 * Runs a program to its end and answers with what it printed to its standard output; what it prints
 * as errors is shown.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {RunOptions} [options]
 * @returns {Promise<{ code: number, output: string }>}
 */
export function capture(command, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: options.cwd,
      env: environment(options.env),
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (chunk) => {
      output += chunk;
    });
    child.on('error', reject);
    child.on('close', (code) => resolve({ code: code ?? 1, output }));
  });
}

/**
 * Runs a program that must succeed.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {RunOptions} [options]
 */
export async function runOrThrow(command, args, options) {
  const code = await run(command, args, options);
  if (code !== 0) {
    throw new Error(`${[command, ...args].join(' ')} failed with exit code ${code}.`);
  }
}

/** @param {Record<string, string | undefined>} [changes] */
function environment(changes) {
  const merged = { ...process.env, ...changes };
  for (const [name, value] of Object.entries(merged)) {
    if (value === undefined) {
      delete merged[name];
    }
  }
  return merged;
}
