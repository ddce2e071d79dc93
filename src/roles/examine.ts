/** Hands the doctor what it looks at: this machine, its hub, and what the running agent knows. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Agent } from '../agent/agent.ts';
import { examine } from '../agent/doctor/doctor.ts';
import type { DoctorFacts, HubHealth } from '../agent/doctor/facts.ts';
import { hubClient } from '../client/hubClient.ts';
import type { Language } from '../fleet/words.ts';
import { whoListens, whoseListeners } from '../io/portHolder.ts';
import type { Check } from '../model/check.ts';
import type { NodeSample } from '../model/node.ts';
import { readThisMachine } from './readOnce.ts';
import type { Surroundings } from './surroundings.ts';

export interface ExamineOptions {
  surroundings: Surroundings;
  dataFolder: string;
  hubUrl: string;
  /** True where somebody named the hub: it ought to be there. */
  isHubNamed: boolean;
  /** The agent that is asked; left out: this machine is read now. */
  agent?: Pick<Agent, 'link' | 'newestSample'>;
  language?: Language;
}

const HEALTH_PATIENCE_MS = 3000;
/** Below the checks' own deadline, so that they can say what is missing. */
const SAMPLE_PATIENCE_MS = 4200;

/** Every check, in a fixed order, within 5 s. */
export function examineMachine(options: ExamineOptions): Promise<Check[]> {
  const { surroundings, agent } = options;
  const say = (english: string, chinese: string) => (options.language === 'zh' ? chinese : english);
  return examine({
    root: '',
    sample: agent ? Promise.resolve(agent.newestSample()) : readNow(surroundings),
    link: agent?.link.state() ?? null,
    namedLibrary: surroundings.environment.FLOWLINE_NVML || null,
    dataFolder: options.dataFolder,
    hubUrl: options.hubUrl,
    isHubNamed: options.isHubNamed,
    askHealth,
    port: portOf(options.hubUrl),
    whoListens: async (port) => (await whoListens(port)) ?? (await ofAnotherUser(port, say)),
    killModeOf: ({ name, isUsers }) =>
      ask('systemctl', ...(isUsers ? ['--user'] : []), 'show', '--property=KillMode', '--value', '--', name),
    doesLinger: async () => {
      const answer = await ask(
        'loginctl',
        'show-user',
        '--property=Linger',
        '--value',
        '--',
        String(process.getuid?.() ?? 0),
      );
      return answer === null ? null : answer === 'yes';
    },
    version: surroundings.version,
    uid: process.getuid?.() ?? 0,
    glibcVersion: glibcVersion(),
    nodeVersion: process.version,
    searchPath: surroundings.environment.PATH ?? '',
    say,
  });
}

/** Whose sockets listen is everybody's to know; which program holds them only its user's and root's. */
async function ofAnotherUser(port: number, say: DoctorFacts['say']): Promise<string | null> {
  const [uid] = await whoseListeners(port);
  return uid === undefined
    ? null
    : say(`a program of another user (uid ${uid})`, `另一用户（uid ${uid}）的程序`);
}

const SYSTEMD_PATIENCE_MS = 2000;

/** What one of systemd's programs prints; null where it cannot be asked. */
async function ask(program: string, ...words: string[]): Promise<string | null> {
  try {
    const { stdout } = await promisify(execFile)(program, words, { timeout: SYSTEMD_PATIENCE_MS });
    return stdout.trim() || null;
  } catch {
    return null;
  }
}

/** The one that a hub here would have: that of the hub that is asked. */
function portOf(hubUrl: string): number {
  const { port, protocol } = new URL(hubUrl);
  return Number(port) || (protocol === 'https:' ? 443 : 80);
}

async function readNow(surroundings: Surroundings): Promise<NodeSample | null> {
  const late = new Promise<null>((resolve) => setTimeout(() => resolve(null), SAMPLE_PATIENCE_MS).unref());
  return Promise.race([readThisMachine(surroundings).then(({ sample }) => sample), late]);
}

async function askHealth(hubUrl: string): Promise<HubHealth> {
  const client = hubClient({ baseUrl: hubUrl, timeoutMs: HEALTH_PATIENCE_MS });
  const askedAtMs = Date.now();
  const { version, nowMs, hasQueueTrouble } = await client.call('health');
  return { version, nowMs, hereNowMs: (askedAtMs + Date.now()) / 2, hasQueueTrouble };
}

/** As Node's own report has it; without looking up names of network addresses, which takes seconds. */
function glibcVersion(): string | null {
  // Node knows the setting; its types do not yet.
  const report = Object.assign(process.report, { excludeNetwork: true });
  const { header } = report.getReport() as { header?: { glibcVersionRuntime?: string } };
  return header?.glibcVersionRuntime ?? null;
}
