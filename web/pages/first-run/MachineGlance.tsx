/** A machine without GPUs at a glance: that it lives, and its own figures over the last minutes. */
import { fullestDisk } from '../../../src/fleet/concerns.ts';
import type { FleetNode } from '../../../src/fleet/view.ts';
import { visible } from '../../../src/lib/displayText.ts';
import { Sparkline } from '../../charts/Sparkline.tsx';
import { type Line, lineAt, type Recent } from '../../live/recent.ts';
import { useLiveStore } from '../../live/useLive.ts';
import { useRecent } from '../../live/useRecent.ts';
import { bitsPerSecond, MISSING, percent, sizeOf } from '../../words/figures.ts';
import { nodeName } from '../../words/sentences.ts';
import { useWords } from '../../words/words.ts';

/**
 * Nothing before the first sample. The network is what all interfaces receive together, in bits per second; of the
 * disks only the fullest is told, without a line.
 */
export function MachineGlance({ node }: { node: FleetNode }) {
  const words = useWords();
  const store = useLiveStore();
  const recent = useRecent(node.id);
  const host = node.sample?.host;
  if (!host) return null;
  const line = (pick: (known: Recent) => Line): Line =>
    recent ? lineAt(recent, pick(recent), store.hubNowMs()) : [];
  const disk = fullestDisk(host.disks);
  const received = host.networks.reduce<number | null>(
    (sum, network) =>
      network.receiveBytesPerSecond === null ? sum : (sum ?? 0) + network.receiveBytesPerSecond,
    null,
  );
  const row = (name: string, values: Line | null, high: number | null, figure: string) => (
    <li>
      <span className="ellipsis">{name}</span>
      <span>{values !== null && <Sparkline values={values} height={20} high={high} />}</span>
      <strong>{figure}</strong>
    </li>
  );
  return (
    <section className="glance">
      <h2>
        <span className={`glance-dot ${node.state}`} aria-hidden="true" /> {nodeName(node)}{' '}
        <span className="quiet">
          {node.address === null ? '' : `${visible(node.address)} · `}
          {words.first.oneMachine}
        </span>
      </h2>
      <ul>
        {row(
          words.host.cpu,
          line((known) => known.cpuPercent),
          100,
          percent(host.cpuPercent),
        )}
        {row(
          words.host.memory,
          line((known) => known.memoryUsedBytes),
          host.memoryTotalBytes,
          sizeOf(words, host.memoryUsedBytes, host.memoryTotalBytes),
        )}
        {row(
          `${words.host.disk} ${disk ? visible(disk.disk.mount) : ''}`,
          null,
          null,
          disk ? percent(Math.floor(disk.percent)) : MISSING,
        )}
        {row(
          words.host.network,
          line((known) => known.receiveBytesPerSecond),
          null,
          bitsPerSecond(received),
        )}
      </ul>
    </section>
  );
}
