export function ensureChatLib(): Promise<string | undefined>;
