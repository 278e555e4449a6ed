/** Moves the focus to the first approval that waits. Returns whether there is one. */
export function focusApproval(): boolean {
  const button = document.querySelector<HTMLElement>('.approval button:not(:disabled)');
  button?.scrollIntoView({ block: 'nearest' });
  button?.focus();
  return button !== null;
}
