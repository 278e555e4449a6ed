import { MessagesServer } from '../../support/messagesServer.ts';
import { createTemporaryFolder, type TemporaryFolder } from '../../support/temporaryFolder.ts';
import { AssistantWindow, connect, disconnect, type MemorySecrets } from './assistantHarness.ts';

/** The assistant of a window that is connected to a scripted server, with a storage of its own. */
export interface ConnectedWindow {
  readonly server: MessagesServer;
  readonly secrets: MemorySecrets;
  readonly storage: TemporaryFolder;
  readonly window: AssistantWindow;
  close(): Promise<void>;
}

export async function openConnected(name: string): Promise<ConnectedWindow> {
  const server = await MessagesServer.start();
  const secrets = await connect(server);
  const storage = createTemporaryFolder(name);
  const window = await AssistantWindow.open({ storageFolder: storage.path, secrets });
  const close = async (): Promise<void> => {
    await window.close();
    storage.dispose();
    await disconnect();
    await server.stop();
  };
  return { server, secrets, storage, window, close };
}
