/** Settings of the queue: read by all who may see it, changed by administrators, each at once and by itself. */
import { type ReactNode, useEffect, useRef, useState } from 'react';
import { parseMemoryBytes } from '../../../src/lib/durations.ts';
import type { QueueSettings as Settings } from '../../../src/model/queue.ts';
import { askHub, type HubAnswer } from '../../live/hub.ts';
import { useIsAdministrator } from '../../live/taskActions.ts';
import { useQueue } from '../../live/tasks.ts';
import { Failure } from '../../parts/Failure.tsx';
import { useWords } from '../../words/words.ts';
import { Choice, Row } from './Row.tsx';

const MEBIBYTE = 2 ** 20;
const BUDGETS = ['program', 'gpu_oom', 'host_oom', 'infra', 'preempted', 'timeout'] as const;

/**
 * Nothing for who may not see the queue. Who may only see it has the same fields, disabled; one that is left empty is
 * null, mostly "no limit". A refusal stands above them all.
 */
export function QueueSettings() {
  const words = useWords();
  const settings = useQueue()?.settings ?? null;
  const mayChange = useIsAdministrator();
  const [failure, setFailure] = useState<Extract<HubAnswer<unknown>, { ok: false }> | null>(null);
  if (settings === null) return null;
  const { queueSettings: names } = words;
  const change = async (body: Partial<Settings>): Promise<void> => {
    const told = await askHub('changeQueue', { body });
    setFailure(told.ok ? null : told);
  };
  const number = (
    name: string,
    value: number | null,
    onChange: (value: number | null) => void,
    kind: Omit<EntryProps, 'name' | 'value' | 'onChange' | 'disabled'> = {},
  ): ReactNode => <Entry name={name} value={value} onChange={onChange} disabled={!mayChange} {...kind} />;
  const memory = { unit: 'memory' as const };
  return (
    <section className="queue-settings" aria-labelledby="queue-settings-title">
      <h1 id="queue-settings-title">{names.title}</h1>
      <p className="quiet">{mayChange ? names.hint : words.tasks.forAdministrators}</p>
      {failure && <Failure failure={failure} />}
      <Row name={names.state} hint={names.stateHint}>
        <Choice
          name={names.state}
          value={settings.isRunning ? 'running' : 'paused'}
          disabled={!mayChange}
          options={[
            ['running', names.running],
            ['paused', names.paused],
          ]}
          onChoose={(state) => change({ isRunning: state === 'running' })}
        />
      </Row>
      <Row name={names.limits} hint={names.limitsHint}>
        {number(names.maxRunning, settings.maxRunning, (maxRunning) => change({ maxRunning }))}
        {number(names.perGpu, settings.maxRunningPerGpu, (maxRunningPerGpu) => change({ maxRunningPerGpu }))}
        {number(names.perUser, settings.maxGpusPerUser, (maxGpusPerUser) => change({ maxGpusPerUser }))}
      </Row>
      <Row name={names.asked} hint={names.askedHint}>
        {number(
          names.highestPriority,
          settings.highestPriority,
          (highestPriority) => highestPriority !== null && change({ highestPriority }),
          { needed: true, least: -100 },
        )}
        {number(names.queuedPerUser, settings.maxQueuedPerUser, (maxQueuedPerUser) =>
          change({ maxQueuedPerUser }),
        )}
        {number(names.queued, settings.maxQueued, (maxQueued) => change({ maxQueued }))}
      </Row>
      <Row name={names.memory} hint={names.memoryHint}>
        {number(
          names.leastFree,
          settings.leastFreeBytes,
          (leastFreeBytes) => change({ leastFreeBytes }),
          memory,
        )}
        {number(names.headroom, settings.headroomBytes, (headroomBytes) => change({ headroomBytes }), {
          ...memory,
          blank: names.headroomBlank,
        })}
      </Row>
      <Row name={names.strangers} hint={names.strangersHint}>
        <Choice
          name={names.strangers}
          value={settings.strangers}
          disabled={!mayChange}
          options={[
            ['share', names.strangersShare],
            ['avoid', names.strangersAvoid],
            ['mine-only', names.strangersMine],
          ]}
          onChoose={(strangers) => change({ strangers })}
        />
      </Row>
      <Row name={names.budgets} hint={names.budgetsHint}>
        {BUDGETS.map((kind) => (
          <Entry
            key={kind}
            name={words.endClass[kind]}
            value={settings.budgets[kind] ?? null}
            disabled={!mayChange}
            blank={names.unlimited}
            least={0}
            onChange={(value) => change({ budgets: { ...settings.budgets, [kind]: value } })}
          />
        ))}
      </Row>
      <Row name={names.breaker} hint={names.breakerHint}>
        {number(
          names.failures,
          settings.breaker.failures,
          (failures) => failures !== null && change({ breaker: { ...settings.breaker, failures } }),
          { needed: true },
        )}
        {number(
          names.within,
          settings.breaker.withinSeconds,
          (withinSeconds) =>
            withinSeconds !== null && change({ breaker: { ...settings.breaker, withinSeconds } }),
          { needed: true },
        )}
      </Row>
      <Row name={names.logs} hint={names.logsHint}>
        {number(
          names.logHead,
          settings.logHeadBytes,
          (logHeadBytes) => logHeadBytes !== null && change({ logHeadBytes }),
          { ...memory, needed: true },
        )}
        {number(
          names.logTail,
          settings.logTailBytes,
          (logTailBytes) => logTailBytes !== null && change({ logTailBytes }),
          { ...memory, needed: true },
        )}
        {number(names.logDays, settings.logKeepDays, (logKeepDays) => change({ logKeepDays }))}
        {number(names.logTotal, settings.logTotalBytes, (logTotalBytes) => change({ logTotalBytes }), memory)}
      </Row>
    </section>
  );
}

interface EntryProps {
  name: string;
  value: number | null;
  disabled: boolean;
  /** Memory is written like 512M. */
  unit?: 'memory';
  /** What an empty field means. */
  blank?: string;
  needed?: boolean;
  least?: number;
  onChange: (value: number | null) => void;
}

/** A number that is sent when one leaves the field or presses Enter; Esc takes it back. */
function Entry({ name, value, disabled, unit, blank, needed = false, least = 1, onChange }: EntryProps) {
  const words = useWords();
  const shown = value === null ? '' : unit === 'memory' ? memoryText(value) : String(value);
  const [text, setText] = useState(shown);
  /** Sent, and not yet told back: leaving the field after Enter sends nothing twice. */
  const sent = useRef<string | null>(null);
  useEffect(() => {
    setText(shown);
    sent.current = null;
  }, [shown]);
  const read = readNumber(text, unit, least, needed);
  const commit = (): void => {
    if (read === undefined || text === shown || text === sent.current) return;
    sent.current = text;
    onChange(read);
  };
  return (
    <label className="queue-entry">
      <span>{name}</span>
      <input
        className="field"
        value={text}
        disabled={disabled}
        placeholder={blank ?? words.queueSettings.none}
        maxLength={20}
        spellCheck={false}
        aria-invalid={read === undefined}
        onChange={(event) => setText(event.target.value)}
        onBlur={commit}
        onKeyDown={(event) => {
          if (event.key === 'Enter') commit();
          if (event.key === 'Escape') setText(shown);
        }}
      />
    </label>
  );
}

/** Undefined where the text says no such number; null where it is empty. */
function readNumber(
  text: string,
  unit: 'memory' | undefined,
  least: number,
  needed: boolean,
): number | null | undefined {
  if (text.trim() === '') return needed ? undefined : null;
  if (unit === 'memory') return parseMemoryBytes(text) ?? undefined;
  const value = Number(text);
  return Number.isInteger(value) && value >= least ? value : undefined;
}

const memoryText = (bytes: number): string =>
  bytes % (1024 * MEBIBYTE) === 0 && bytes > 0
    ? `${bytes / (1024 * MEBIBYTE)}G`
    : bytes % MEBIBYTE === 0
      ? `${bytes / MEBIBYTE}M`
      : `${Math.round(bytes / 1024)}K`;
