/** The machine's own figures over the last minutes: processor, memory, fullest disk, network, power of its GPUs. */
import type { ReactNode } from 'react';
import { DISK_FULL_PERCENT, DISK_WARN_PERCENT, fullestDisk } from '../../../src/fleet/concerns.ts';
import type { FleetNode } from '../../../src/fleet/view.ts';
import { visible } from '../../../src/lib/displayText.ts';
import { Sparkline } from '../../charts/Sparkline.tsx';
import { type Line, lineAt, type Recent, spanOf } from '../../live/recent.ts';
import { useLiveStore } from '../../live/useLive.ts';
import { Meter } from '../../parts/Meter.tsx';
import type { Words } from '../../words/en.ts';
import {
  bitsPerSecond,
  bytesPerSecond,
  kilo,
  MISSING,
  percent,
  size,
  sizeOf,
  whole,
} from '../../words/figures.ts';
import { lastWords } from '../../words/sentences.ts';
import { useWords } from '../../words/words.ts';

/**
 * Nothing for a machine that is away. What is missing is a dash where an agent reports, and no cell at all where an
 * older system does. `recent` is null until it has come: the lines are empty.
 */
export function HostStrip({ node, recent }: { node: FleetNode; recent: Recent | null }) {
  const words = useWords();
  const store = useLiveStore();
  const sample = node.sample;
  if (!sample || node.state === 'offline' || node.state === 'unknown') return null;
  const { host } = sample;
  const line = (pick: (recent: Recent) => Line): Line =>
    recent ? lineAt(recent, pick(recent), store.hubNowMs()) : [];
  const disk = fullestDisk(host.disks);
  const network = busiest(host.networks);
  const power = total(sample.gpus.map((gpu) => gpu.powerWatts));
  // An older system may tell nothing of its machine, or little: a cell without any figure would say no more.
  const isKnown = (...figures: unknown[]): boolean =>
    node.source === null || figures.some((figure) => figure !== null && figure !== undefined);
  if (!isKnown(host.cpuPercent, host.memoryTotalBytes, disk, power)) return null;
  const powerLimit = total(sample.gpus.map((gpu) => gpu.powerLimitWatts));
  return (
    <div className="host-strip">
      {isKnown(host.cpuPercent, host.cpuModel) && (
        <Cell
          name={words.host.cpu}
          note={recent && lastWords(words, spanOf(recent))}
          figure={percent(host.cpuPercent)}
          foot={[
            host.cpuTemperatureCelsius === null ? null : `${whole(host.cpuTemperatureCelsius)}\u2009°C`,
            host.loadAverage === null ? null : `${words.host.load} ${whole(host.loadAverage[0])}`,
            // Last: the name may be cut off, the figures may not.
            host.cpuModel === null ? null : visible(host.cpuModel.replace(/\(R\)|\(TM\)|CPU/g, '')),
          ]}
        >
          <Sparkline values={line((known) => known.cpuPercent)} height={20} />
        </Cell>
      )}
      {isKnown(host.memoryTotalBytes) && (
        <Cell
          name={words.host.memory}
          figure={sizeOf(words, host.memoryUsedBytes, host.memoryTotalBytes)}
          foot={[`${words.host.swap} ${sizeOf(words, host.swapUsedBytes, host.swapTotalBytes)}`]}
        >
          <Sparkline
            values={line((known) => known.memoryUsedBytes)}
            height={20}
            high={host.memoryTotalBytes}
          />
        </Cell>
      )}
      {isKnown(disk) && (
        <Cell
          name={`${words.host.disk} ${disk ? visible(disk.disk.mount) : ''}`}
          figure={
            disk
              ? `${percent(Math.floor(disk.percent))} · ${sizeOf(words, disk.disk.usedBytes, disk.disk.totalBytes)}`
              : MISSING
          }
          foot={[
            `${bytesPerSecond(disk?.disk.readBytesPerSecond ?? null)} ${words.host.read}`,
            `${bytesPerSecond(disk?.disk.writeBytesPerSecond ?? null)} ${words.host.written}`,
          ]}
        >
          <Meter percent={disk?.percent ?? null} warnAt={DISK_WARN_PERCENT} alarmAt={DISK_FULL_PERCENT} />
        </Cell>
      )}
      {isKnown(network?.receiveBytesPerSecond) && (
        <Cell
          name={`${words.host.network} ${network ? visible(network.interface) : ''}`}
          figure={`${bitsPerSecond(network?.receiveBytesPerSecond ?? null)} ${words.host.in}`}
          foot={[`${bitsPerSecond(network?.transmitBytesPerSecond ?? null)} ${words.host.out}`]}
        >
          <Sparkline values={line((known) => known.receiveBytesPerSecond)} height={20} high={null} />
        </Cell>
      )}
      {sample.gpus.length > 0 && (
        <Cell
          name={words.host.gpuPower}
          figure={powerOf(words, power, powerLimit)}
          foot={[words.host.gpuMemory(size(total(sample.gpus.map((gpu) => gpu.memoryUsedBytes))))]}
        >
          <Sparkline values={line((known) => known.powerWatts)} height={20} high={powerLimit} />
        </Cell>
      )}
    </div>
  );
}

interface CellProps {
  name: string;
  /** Beside the name, for all cells: how much time the lines show. */
  note?: string | null;
  figure: string;
  foot: (string | null)[];
  children: ReactNode;
}

function Cell({ name, note = null, figure, foot, children }: CellProps) {
  return (
    <div className="host-cell">
      <p>
        <span className="ellipsis">
          {name} {note !== null && <span className="quiet">· {note}</span>}
        </span>{' '}
        <strong>{figure}</strong>
      </p>
      <div className="host-line">{children}</div>
      <p className="quiet ellipsis">{foot.filter((part) => part !== null).join(' · ')}</p>
    </div>
  );
}

/** In kilowatts from one on, with the unit once. */
const powerOf = (words: Words, power: number | null, limit: number | null): string =>
  limit !== null && limit >= 1000
    ? `${words.per(kilo(power, 2), kilo(limit, 2))}\u2009kW`
    : `${words.per(whole(power), whole(limit))}\u2009W`;

const total = (values: readonly (number | null)[]): number | null =>
  values.reduce((sum, value) => (value === null ? sum : (sum ?? 0) + value), null);

/** The interface with most traffic stands for the machine; the others are in its facts. */
function busiest<
  Network extends { receiveBytesPerSecond: number | null; transmitBytesPerSecond: number | null },
>(networks: readonly Network[]): Network | undefined {
  const traffic = (network: Network): number =>
    (network.receiveBytesPerSecond ?? 0) + (network.transmitBytesPerSecond ?? 0);
  return [...networks].sort((a, b) => traffic(b) - traffic(a))[0];
}
