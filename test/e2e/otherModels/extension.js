// An extension of somebody else: it offers a language model of its own and asks Slipstream's.
const vscode = require('vscode');

const model = {
  id: 'parrot-1',
  name: 'Parrot',
  family: 'parrot',
  version: '1',
  maxInputTokens: 100_000,
  maxOutputTokens: 4_000,
  capabilities: { toolCalling: true },
};

function textOf(message) {
  return message.content
    .flatMap((part) => (part instanceof vscode.LanguageModelTextPart ? part.value : []))
    .join('');
}

function lastResult(message) {
  const part = message.content.find((one) => one instanceof vscode.LanguageModelToolResultPart);
  return part?.content.map((one) => one.value).join('');
}

/** Reads a file where it is asked to, and otherwise says what was said. */
async function respond(_, messages, options, progress) {
  const last = messages.at(-1);
  const result = lastResult(last);
  if (result !== undefined) {
    progress.report(new vscode.LanguageModelTextPart(`It begins with: ${result.slice(0, 40)}`));
  } else if (textOf(last).includes('read') && options.tools?.length > 0) {
    const input = { path: 'src/money.js' };
    progress.report(new vscode.LanguageModelToolCallPart('call-1', 'read_file', input));
  } else if (textOf(last).includes('break')) {
    throw new Error('The parrot is ill.');
  } else {
    progress.report(new vscode.LanguageModelTextPart('Parrot says: '));
    progress.report(new vscode.LanguageModelTextPart(textOf(last)));
  }
}

async function ask() {
  const [found] = await vscode.lm.selectChatModels({ vendor: 'slipstream' });
  const question = [vscode.LanguageModelChatMessage.User('Hello from elsewhere')];
  const response = await found.sendRequest(question, { justification: 'To test it.' });
  let answer = '';
  for await (const text of response.text) {
    answer += text;
  }
  const tokens = await found.countTokens('Hello from elsewhere');
  await vscode.window.showInformationMessage(
    `${found.name} answered: ${answer} (${tokens} tokens)`,
  );
}

exports.activate = (context) => {
  context.subscriptions.push(
    vscode.lm.registerLanguageModelChatProvider('other', {
      provideLanguageModelChatInformation: async () => [model],
      provideLanguageModelChatResponse: respond,
      provideTokenCount: async (_, text) => {
        const counted = typeof text === 'string' ? text : JSON.stringify(text.content);
        if (counted.includes('uncountable')) {
          throw new Error('The parrot cannot count this.');
        }
        return counted.length;
      },
    }),
    vscode.commands.registerCommand('otherModels.ask', ask),
  );
};
