/** What main found out about the world once and hands to every role. */
export interface Surroundings {
  version: string;
  /** How to start this very program again, for its hidden child roles: Node and the program's file. */
  selfCommand: readonly [file: string, ...args: string[]];
  /** Flags for Node, as they stand between the file and its arguments. */
  nodeFlags(flags: readonly string[]): readonly string[];
  environment: Record<string, string | undefined>;
  /** Folder of the built page. */
  pageFolder: string;
  print(text: string): void;
  /** True where stdout is kept as a log (systemd's journal, a container's): no secret, not even a short-lived one, may be printed. */
  printsToLog: boolean;
}
