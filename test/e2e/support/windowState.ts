import type { Page } from 'playwright-core';

/**
 * Resolves once VS Code has written down for this window's next start what holds these words, such as
 * an editor by its kind. It does so every five seconds, and a page that is reloaded before may lose it.
 */
export async function untilWrittenDown(page: Page, words: string): Promise<void> {
  await page.waitForFunction(isWrittenDown, words, { polling: 200 });
}

/** Runs in the page, whose window keeps its state in databases of the browser. */
async function isWrittenDown(words: string): Promise<boolean> {
  for (const { name } of await indexedDB.databases()) {
    if (!name?.startsWith('vscode-web-state-db')) {
      continue;
    }
    const database = await settled(indexedDB.open(name));
    try {
      for (const store of database.objectStoreNames) {
        const values = await settled(database.transaction(store).objectStore(store).getAll());
        if (JSON.stringify(values).includes(words)) {
          return true;
        }
      }
    } finally {
      database.close();
    }
  }
  return false;

  function settled<T>(request: IDBRequest<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
  }
}
