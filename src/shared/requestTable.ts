/** What a page may ask: by name, its parameters and its result. */
export type RequestTable<Requests> = {
  readonly [Name in keyof Requests]: { readonly params: unknown; readonly result: unknown };
};

/** The host's side of a table: a new request does not compile until it is answered. */
export type RequestHandlers<Requests extends RequestTable<Requests>> = {
  [Name in keyof Requests]: (
    params: Requests[Name]['params'],
    signal: AbortSignal,
  ) => Promise<Requests[Name]['result']>;
};
