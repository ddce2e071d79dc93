/** A command line run in this process, and a hub that says what a test wants: for tests of the commands' words and codes. */
import { createServer, type Server } from 'node:http';
import type { CommandContext } from '../../src/cli/context.ts';
import { runCommand } from '../../src/cli/program.ts';
import { freePort } from './program.ts';

export interface CommandResult {
  code: number;
  output: string;
  errors: string;
  /** What was asked at the terminal. */
  questions: string[];
}

/** @param changes parts of the context that this test owns; `ask` answers the questions (nobody there unless told). */
export async function runCommandLine(
  argv: readonly string[],
  changes: Partial<CommandContext> = {},
): Promise<CommandResult> {
  const output: string[] = [];
  const errors: string[] = [];
  const questions: string[] = [];
  const unasked = async (): Promise<never> => {
    throw new Error('this test starts nothing');
  };
  const context: CommandContext = {
    environment: { FLOWLINE_DATA: '/nowhere' },
    version: '0.0.0',
    selfCommand: ['/nowhere/flowline'],
    ownPids: [],
    userName: 'alice',
    machineId: async () => 'machine',
    writeTable: unasked,
    terminalColumns: null,
    print: (text) => output.push(text),
    printError: (text) => errors.push(text),
    write: (text, stream) => (stream === 'out' ? output : errors).push(text),
    isErrorTerminal: false,
    roles: { up: unasked, hub: unasked, agent: unasked, demo: unasked },
    startUp: unasked,
    openLines: unasked,
    runHere: unasked,
    onEndSignal: () => () => undefined,
    readThisMachine: unasked,
    serviceHost: { root: '/nowhere', uid: 0, settleMs: 0, call: unasked },
    joinedHub: async () => null,
    examineThisMachine: unasked,
    ...changes,
    async ask(question) {
      questions.push(question);
      return changes.ask ? changes.ask(question) : null;
    },
  };
  const code = await runCommand(argv, context);
  return { code, output: output.join('\n'), errors: errors.join('\n'), questions };
}

export interface SaidHub {
  url: string;
  /** Requests as `GET /api/v1/nodes`, with the bodies of those that had one. */
  requests: { line: string; body: unknown; authorization: string | undefined }[];
  stop(): Promise<void>;
}

/** Answers by `say(line, body)`: a value for 200, a number for an error of that status. */
export async function startSaidHub(
  say: (line: string, body: unknown, authorization: string | undefined) => unknown,
  atPort?: number,
): Promise<SaidHub> {
  const requests: SaidHub['requests'] = [];
  const server: Server = createServer((request, response) => {
    let text = '';
    request.on('data', (data) => {
      text += String(data);
    });
    request.on('end', () => {
      const line = `${request.method} ${request.url}`;
      const body: unknown = text === '' ? null : JSON.parse(text);
      requests.push({ line, body, authorization: request.headers.authorization });
      const answer = say(line, body, request.headers.authorization);
      const isError = typeof answer === 'object' && answer !== null && 'error' in answer;
      const status = typeof answer === 'number' ? answer : isError ? 404 : 200;
      const value =
        typeof answer === 'number'
          ? { error: { code: 'refused', message: `refused with ${answer}`, hint: 'a hint' } }
          : answer;
      response
        .writeHead(status, { 'content-type': 'application/json' })
        .end(JSON.stringify(value, wholeBytes));
    });
  });
  const port = atPort ?? (await freePort());
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** The page's laboratory imagines parts of bytes; on the wire bytes are whole. */
const wholeBytes = (key: string, value: unknown): unknown =>
  key.endsWith('Bytes') && typeof value === 'number' ? Math.round(value) : value;
