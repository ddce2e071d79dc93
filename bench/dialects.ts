/** What the older systems' answers cost: requests a second of 200 machines, beside a bare route that sends the same bytes. */
import { spawn } from 'node:child_process';
import { Agent, get } from 'node:http';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

export interface DialectCost {
  dialect: string;
  path: string;
  machines: number;
  bytes: number;
  /** Of all machines at once, each seen for the first time. */
  encodeAllMs: number;
  requestsPerSecond: number;
  bareRequestsPerSecond: number;
  /** The first as a share of the second. */
  ratio: number;
}

interface Served extends Pick<DialectCost, 'dialect' | 'path' | 'bytes' | 'encodeAllMs'> {
  url: string;
  bareUrl: string;
}

const MACHINES = 200;
/** As many dashboards ask at once. */
const CONNECTIONS = 8;
const ROUNDS = 7;
const ROUND_MS = 1000;

/** Measures each main's large answer; the rounds of both take turns, so that what else runs here hits both. */
export async function measureDialects(): Promise<DialectCost[]> {
  const program = join(import.meta.dirname, 'support', 'dialectServer.ts');
  const server = spawn(process.execPath, [program, String(MACHINES)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    const line = await firstLine(server.stdout);
    const costs: DialectCost[] = [];
    for (const { url, bareUrl, ...served } of JSON.parse(line) as Served[]) {
      await requestsPerSecond(url);
      await requestsPerSecond(bareUrl);
      const ours: number[] = [];
      const bare: number[] = [];
      for (let round = 0; round < ROUNDS; round += 1) {
        ours.push(await requestsPerSecond(url));
        bare.push(await requestsPerSecond(bareUrl));
      }
      costs.push({
        ...served,
        machines: MACHINES,
        encodeAllMs: Math.round(served.encodeAllMs),
        requestsPerSecond: Math.round(middle(ours)),
        bareRequestsPerSecond: Math.round(middle(bare)),
        ratio: Math.round((middle(ours) / middle(bare)) * 100) / 100,
      });
    }
    return costs;
  } finally {
    server.kill();
  }
}

async function firstLine(stream: NodeJS.ReadableStream): Promise<string> {
  for await (const line of createInterface({ input: stream })) return line;
  throw new Error('the server ended before it served');
}

const middle = (values: readonly number[]): number =>
  values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? 0;

async function requestsPerSecond(url: string): Promise<number> {
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  const startedAtMs = performance.now();
  let answered = 0;
  const ask = async (): Promise<void> => {
    while (performance.now() - startedAtMs < ROUND_MS) {
      await answerTo(url, agent);
      answered += 1;
    }
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, ask));
  const seconds = (performance.now() - startedAtMs) / 1000;
  agent.destroy();
  return answered / seconds;
}

function answerTo(url: string, agent: Agent): Promise<void> {
  return new Promise((resolve, reject) => {
    get(url, { agent }, (response) => {
      if (response.statusCode !== 200) reject(new Error(`${url}: status ${response.statusCode}`));
      response.on('end', resolve).on('error', reject).resume();
    }).on('error', reject);
  });
}
