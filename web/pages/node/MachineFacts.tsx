/** What is known of a machine beside its GPUs: every disk, every network, its software. */
import type { FleetNode } from '../../../src/fleet/view.ts';
import { sourceWords } from '../../../src/fleet/words.ts';
import { visible } from '../../../src/lib/displayText.ts';
import type { Reboot } from '../../../src/model/node.ts';
import { useHubNow } from '../../live/hubClock.ts';
import { AgentSays } from '../../parts/AgentSays.tsx';
import { Facts } from '../../parts/Facts.tsx';
import { Meter } from '../../parts/Meter.tsx';
import type { Words } from '../../words/en.ts';
import { bitsPerSecond, clockTime, MISSING, sizeOf, span, whole } from '../../words/figures.ts';
import { useWords } from '../../words/words.ts';

/** Nothing before the first sample. Figures that the agent refused to believe stand last, each with how often. */
export function MachineFacts({ node }: { node: FleetNode }) {
  const words = useWords();
  const nowMs = useHubNow();
  const sample = node.sample;
  if (!sample) return null;
  const { host, driver } = sample;
  // What an older system cannot tell is no news: it has no row.
  const software = (rows: (readonly [string, string])[]): (readonly [string, string])[] =>
    node.source === null ? rows : rows.filter(([, value]) => !NOTHING.has(value));
  const text = (value: string | null): string => (value === null ? MISSING : visible(value));
  return (
    <div className="machine-facts">
      {(node.source === null || host.disks.length > 0) && (
        <section>
          <h2>{words.host.disks}</h2>
          <Facts
            facts={host.disks.map((disk) => {
              const share =
                disk.usedBytes === null || !disk.totalBytes ? null : (100 * disk.usedBytes) / disk.totalBytes;
              return [
                visible(disk.mount),
                disk.state === 'ok' ? (
                  <span key={disk.mount}>
                    <Meter percent={share} warnAt={90} alarmAt={97} />{' '}
                    {sizeOf(words, disk.usedBytes, disk.totalBytes)} · {text(disk.fileSystem)}
                  </span>
                ) : (
                  <span key={disk.mount} className="bad">
                    {words.host[disk.state]}
                    {disk.remarks ? ': ' : ' '}
                    <AgentSays
                      remarks={disk.remarks}
                      own={words.diskSays(disk.state)}
                      message={disk.message}
                      withMessage={disk.state === 'failed'}
                    />
                  </span>
                ),
              ] as const;
            })}
          />
        </section>
      )}
      {(node.source === null || host.networks.length > 0) && (
        <section>
          <h2>{words.host.networks}</h2>
          <Facts
            facts={host.networks.map((network) => [
              visible(network.interface),
              `${bitsPerSecond(network.receiveBytesPerSecond)} ${words.host.in} · ${bitsPerSecond(network.transmitBytesPerSecond)} ${words.host.out} · ${network.addresses.map(visible).join(', ') || MISSING}`,
            ])}
          />
        </section>
      )}
      <section>
        <h2>{words.host.software}</h2>
        <Facts
          facts={software([
            [
              words.host.cpu,
              `${text(host.cpuModel)} · ${host.cpuCores === null ? MISSING : words.host.cores(host.cpuCores)}`,
            ],
            [
              words.host.load,
              host.loadAverage === null
                ? MISSING
                : host.loadAverage.map((value) => value.toFixed(1)).join(' '),
            ],
            [words.host.os, text(host.os)],
            [words.host.kernel, text(host.kernel)],
            [words.host.driver, `${text(driver.version)} · CUDA ${text(driver.cudaVersion)}`],
            [words.host.agent, sourceWords(words, node.source) ?? text(sample.agentVersion)],
            [
              words.host.bootedFor,
              span(words, host.uptimeSeconds === null ? null : host.uptimeSeconds * 1000),
            ],
            ...(node.rebooted
              ? [[words.host.bootedAgain, rebootWords(words, node.rebooted, nowMs)] as const]
              : []),
            ...Object.entries(sample.refusedFigures).map(
              ([figure, count]) => [`${words.host.refused} ${visible(figure)}`, whole(count)] as const,
            ),
          ])}
        />
      </section>
    </div>
  );
}

const NOTHING = new Set([MISSING, `${MISSING} · ${MISSING}`, `${MISSING} · CUDA ${MISSING}`]);

function rebootWords(words: Words, { bootedAtMs, lastHeardAtMs, announced }: Reboot, nowMs: number): string {
  const booted = clockTime(bootedAtMs, nowMs);
  return announced
    ? words.node.rebootAnnounced(booted)
    : words.node.rebootSilent(booted, clockTime(lastHeardAtMs, nowMs));
}
