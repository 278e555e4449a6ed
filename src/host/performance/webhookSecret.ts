import * as vscode from 'vscode';

const secretName = 'slipstream.alertWebhookSecret';

/** What alerts to the webhook are signed with, in VS Code's secret storage alone. */
export class WebhookSecret {
  private readonly secrets: vscode.SecretStorage;

  constructor(secrets: vscode.SecretStorage) {
    this.secrets = secrets;
  }

  async read(): Promise<string | undefined> {
    return await this.secrets.get(secretName);
  }

  /** Asks the user; an empty answer takes the secret away. */
  async ask(): Promise<void> {
    const secret = await vscode.window.showInputBox({
      title: 'Secret that alerts to the webhook are signed with',
      prompt: 'Leave it empty to send alerts unsigned.',
      password: true,
      ignoreFocusOut: true,
    });
    if (secret === undefined) {
      return;
    }
    if (secret === '') {
      await this.secrets.delete(secretName);
    } else {
      await this.secrets.store(secretName, secret);
    }
  }
}
