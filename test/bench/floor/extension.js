// The least that a streaming chat view can be: a text box, one fetch, text nodes appended.
// Benchmarks run it beside Slipstream to tell what VS Code itself costs.
const vscode = require('vscode');

const html = `<!DOCTYPE html><html><body>
<textarea aria-label="Message"></textarea><div id="log" role="log" aria-label="Conversation"></div>
<script>
const vscode = acquireVsCodeApi();
const box = document.querySelector('textarea');
const log = document.getElementById('log');
box.addEventListener('keydown', (event) => {
  if (event.key === 'Enter') {
    event.preventDefault();
    vscode.postMessage(box.value);
    box.value = '';
  }
});
window.addEventListener('message', (event) => log.append(event.data));
</script></body></html>`;

async function ask(text, webview) {
  const response = await fetch(`${process.env.ANTHROPIC_BASE_URL}/v1/messages`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      authorization: `Bearer ${process.env.ANTHROPIC_API_KEY}`,
      'anthropic-version': '2026-10-21',
    },
    body: JSON.stringify({
      model: 'claude-sonnet-5-5',
      max_tokens: 32000,
      stream: true,
      messages: [{ role: 'user', content: text }],
    }),
  });
  const decoder = new TextDecoder();
  let rest = '';
  for await (const bytes of response.body) {
    const lines = (rest + decoder.decode(bytes, { stream: true })).split('\n');
    rest = lines.pop();
    for (const line of lines) {
      if (line.startsWith('data:')) {
        const event = JSON.parse(line.slice(5));
        if (event.type === 'content_block_delta' && event.delta.type === 'text_delta') {
          webview.postMessage(event.delta.text);
        }
      }
    }
  }
}

// What the benchmark of ghost text types, and the floor knows by heart.
const known = 'const subtotal = lines.reduce((sum, one) => sum + one.price, 0);';

exports.activate = (context) => {
  context.subscriptions.push(
    vscode.languages.registerInlineCompletionItemProvider(
      { pattern: '**' },
      {
        provideInlineCompletionItems: (document, position) => {
          const typed = document.lineAt(position).text.slice(0, position.character);
          const range = new vscode.Range(position.with({ character: 0 }), position);
          return known.startsWith(typed) && typed.startsWith('const')
            ? [new vscode.InlineCompletionItem(known, range)]
            : [];
        },
      },
    ),
    vscode.window.registerWebviewViewProvider('floor.chat', {
      resolveWebviewView: ({ webview }) => {
        webview.options = { enableScripts: true };
        webview.html = html;
        webview.onDidReceiveMessage((text) => ask(text, webview));
      },
    }),
  );
};
