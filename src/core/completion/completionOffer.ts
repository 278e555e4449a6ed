/** A completion that may be shown at a place. */
export interface CompletionOffer {
  /** The same for one completion however much of it has been typed already. */
  readonly id: string;
  /** What to insert at the cursor. */
  readonly text: string;
  /** Closing characters right behind the cursor that the text holds too: it takes their place. */
  readonly closers: string;
  readonly origin: CompletionOrigin;
}

/** Where a completion comes from. */
export interface CompletionOrigin {
  readonly id: string;
  /** Whether a model made it or this machine by itself. */
  readonly source: 'model' | 'local';
  /** The model that answered; absent for a local one. */
  readonly model?: string;
  /** Of the request that it answers; absent where it was made in an earlier session. */
  readonly requestId?: string;
  /** What it was prepared for ahead of the user; absent where it was not. */
  readonly preparedFor?: string;
}
