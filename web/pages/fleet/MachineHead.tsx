/** The head of a machine's section, on one grid for all machines: who it is, what is wrong, its own figures, its age. */
import { memo } from 'react';
import {
  concernsOf,
  DISK_FULL_PERCENT,
  DISK_WARN_PERCENT,
  fullestDisk,
} from '../../../src/fleet/concerns.ts';
import { modelsOf } from '../../../src/fleet/summary.ts';
import type { FleetNode } from '../../../src/fleet/view.ts';
import { visible } from '../../../src/lib/displayText.ts';
import type { Host } from '../../../src/model/host.ts';
import { useHubNow } from '../../live/hubClock.ts';
import { Age } from '../../parts/Age.tsx';
import { Glyph, type GlyphName } from '../../parts/Glyph.tsx';
import { GlyphStrip } from '../../parts/GlyphStrip.tsx';
import { Icon } from '../../parts/Icon.tsx';
import { Link } from '../../parts/Link.tsx';
import { Meter } from '../../parts/Meter.tsx';
import { SourceBadge } from '../../parts/SourceBadge.tsx';
import { nodePath } from '../../router.ts';
import { gibShort, MISSING, percent, span } from '../../words/figures.ts';
import { concernWords, maintenanceWords, nodeName } from '../../words/sentences.ts';
import { useWords } from '../../words/words.ts';

interface MachineHeadProps {
  node: FleetNode;
  expanded: boolean;
  /** With its GPUs as glyphs in the line, where there is no room for tiles. */
  folded: boolean;
  onToggle: () => void;
}

export const MachineHead = memo(function MachineHead({ node, expanded, folded, onToggle }: MachineHeadProps) {
  const words = useWords();
  const name = nodeName(node);
  const present = node.state === 'online' || node.state === 'stale';
  return (
    <div className="machine-head">
      <button
        type="button"
        className="machine-toggle"
        aria-expanded={expanded}
        aria-label={expanded ? words.node.collapse(name) : words.node.expand(name)}
        onClick={onToggle}
      >
        <Icon name={expanded ? 'caretDown' : 'caret'} />
      </button>
      <h2 className="machine-name ellipsis">
        <Link href={nodePath(node.id)} className="machine-link">
          {name}
        </Link>
        {node.alias !== null && <span className="machine-alias"> {visible(node.alias)}</span>}
      </h2>
      <span className="machine-about">
        {folded ? (
          <GlyphStrip node={node} />
        ) : (
          <span className="machine-address mono ellipsis">
            {node.address === null ? '' : visible(node.address)}
          </span>
        )}
        <span className="machine-model ellipsis">
          {modelsOf(node.sample?.gpus ?? [])
            .map(([model, count]) => `${count} × ${visible(model)}`)
            .join(', ')}
        </span>
      </span>
      {node.source === null ? (
        <MachineMessage node={node} />
      ) : (
        <span className="machine-said">
          <SourceBadge source={node.source} />
          <MachineMessage node={node} />
        </span>
      )}
      {present && node.sample && <HostMeters host={node.sample.host} />}
      <span className="machine-age">
        <Age atMs={node.lastSeenAtMs} stale={node.state === 'stale'} />
      </span>
    </div>
  );
});

const SEVERITY_GLYPH: Record<'sick' | 'warn' | 'off', GlyphName> = {
  sick: 'sick',
  warn: 'slowed',
  off: 'offline',
};

/** The worst thing about a machine, in one line; nothing where nothing is wrong. */
function MachineMessage({ node }: { node: FleetNode }) {
  const words = useWords();
  const nowMs = useHubNow();
  const maintenance = maintenanceWords(words, node, nowMs);
  if (maintenance !== null) {
    return (
      <span className="machine-message ellipsis" title={maintenance}>
        <Glyph name="maintenance" /> {maintenance}
      </span>
    );
  }
  // A slowed card or a filling disk shows on its own tile or bar already.
  const concern = concernsOf(node).find(({ severity }) => severity !== 'warn');
  if (!concern && node.state === 'stale' && node.lastSeenAtMs !== null) {
    const age = span(words, nowMs - node.lastSeenAtMs);
    const problem = node.source?.problem;
    const text = `${words.node.staleFor(age)}${problem ? ` · ${words.reading.problem[problem.kind]}` : ''}`;
    return <span className="machine-message warn ellipsis">{text}</span>;
  }
  if (!concern) {
    const without = node.sample?.driver.state === 'absent' ? words.node.driver.absent : '';
    return <span className="machine-message quiet">{without}</span>;
  }
  const text = concernWords(words, concern, nowMs);
  return (
    <span className={`machine-message ellipsis ${concern.severity === 'sick' ? 'bad' : ''}`} title={text}>
      <Glyph name={SEVERITY_GLYPH[concern.severity]} /> {text}
    </span>
  );
}

/** CPU, memory and the fullest disk. */
function HostMeters({ host }: { host: Host }) {
  const words = useWords();
  const { memoryUsedBytes: used, memoryTotalBytes: total } = host;
  const memoryPercent = used === null || total === null || total === 0 ? null : (100 * used) / total;
  const disk = fullestDisk(host.disks);
  // An older system that tells nothing of its machine: a row of dashes would say no more.
  if (host.cpuPercent === null && memoryPercent === null && disk === null)
    return <span className="host-meters" />;
  const diskLevel =
    disk === null || disk.percent < DISK_WARN_PERCENT
      ? ''
      : disk.percent >= DISK_FULL_PERCENT
        ? 'bad'
        : 'warn';
  return (
    <span className="host-meters">
      <span>
        {words.host.cpu} <Meter percent={host.cpuPercent} /> <b>{percent(host.cpuPercent)}</b>
      </span>
      <span>
        {words.host.memoryShort} <Meter percent={memoryPercent} warnAt={90} alarmAt={97} />{' '}
        <b>
          {gibShort(used)} / {gibShort(total)} G
        </b>
      </span>
      <span title={disk ? visible(disk.disk.mount) : undefined}>
        {words.host.disk}{' '}
        <Meter percent={disk?.percent ?? null} warnAt={DISK_WARN_PERCENT} alarmAt={DISK_FULL_PERCENT} />{' '}
        <b className={diskLevel}>{disk ? percent(Math.floor(disk.percent)) : MISSING}</b>
      </span>
    </span>
  );
}
