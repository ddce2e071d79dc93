/** Everything that is known of one process, and the way to end it. */

import { visible } from '../../src/lib/displayText.ts';
import type { GpuProcess } from '../../src/model/process.ts';
import { killHindrance, useAccount } from '../live/account.ts';
import { useHubNow } from '../live/hubClock.ts';
import { useFleetNode } from '../live/useLive.ts';
import { clockTime, gib, MISSING, percent, size, span } from '../words/figures.ts';
import { useWords } from '../words/words.ts';
import { useActions } from './actions.ts';
import { CodeText } from './CodeText.tsx';
import { CopyButton } from './CopyButton.tsx';
import { Dialog } from './Dialog.tsx';
import { Facts } from './Facts.tsx';
import type { ProcessRow } from './processRows.ts';

/**
 * Ends nothing itself: the question is KillDialog's. Disabled, with the reason, where the reader may not or the machine
 * has no agent; no button where no process is known.
 */
export function ProcessDrawer({ row, onClose }: { row: ProcessRow; onClose: () => void }) {
  const words = useWords();
  const nowMs = useHubNow();
  const { endProcesses } = useActions();
  const hindrance = killHindrance(useAccount());
  const isWitness = (useFleetNode(row.nodeId)?.source ?? null) !== null;
  const { process, onGpus } = row;
  const onEach = (figure: (onGpu: GpuProcess) => number | null): string =>
    onGpus.map((onGpu) => percent(figure(onGpu))).join(' · ') || MISSING;
  const name = visible(process?.name ?? words.gpu.unaccounted);
  const text = (value: string | number | null | undefined): string =>
    value === null || value === undefined ? MISSING : visible(String(value));
  return (
    <Dialog kind="drawer" title={name} label={words.process.details} onClose={onClose}>
      {process === null ? (
        <p>{words.process.unaccountedGuess(gib(row.gpuMemoryBytes))}</p>
      ) : (
        <>
          <div
            className="command-box"
            // biome-ignore lint/a11y/noNoninteractiveTabindex: a long command is scrolled, by the keyboard too.
            tabIndex={0}
          >
            {process.command === null ? words.process.notReadable : visible(process.command)}
          </div>
          <div className="dialog-actions">
            {process.command !== null && (
              <CopyButton text={process.command} what={words.process.command} withWord />
            )}
            <button
              type="button"
              className="button small danger"
              disabled={hindrance !== null || isWitness}
              onClick={() => endProcesses([row])}
            >
              {words.kill.end}
            </button>
          </div>
          {(hindrance !== null || isWitness) && (
            <p className="hint-bar">
              <CodeText text={hindrance === null || isWitness ? words.node.witness : words.kill[hindrance]} />
            </p>
          )}
          <Facts
            facts={[
              [words.process.machine, visible(row.nodeName)],
              [words.process.pid, text(row.pid)],
              [words.process.gpu, row.gpus.length > 0 ? row.gpus.join(', ') : MISSING],
              [words.process.memory, size(row.gpuMemoryBytes)],
              [words.process.owner, text(process.owner)],
              [words.process.ownerBy, words.process.ownerRule[process.ownerRule]],
              [
                words.process.user,
                process.uid === null ? text(process.user) : `${text(process.user)} (${process.uid})`,
              ],
              [
                words.process.started,
                process.startedAtMs === null
                  ? MISSING
                  : `${clockTime(process.startedAtMs, nowMs)} · ${span(words, nowMs - process.startedAtMs)}`,
              ],
              [words.process.cpu, percent(process.cpuPercent)],
              [words.process.ram, size(process.hostMemoryBytes)],
              [words.process.sm, onEach((onGpu) => onGpu.smUtilizationPercent)],
              [words.gpu.memoryController, onEach((onGpu) => onGpu.memoryUtilizationPercent)],
              [
                words.process.codec,
                `${onEach((onGpu) => onGpu.encoderUtilizationPercent)}, ${onEach((onGpu) => onGpu.decoderUtilizationPercent)}`,
              ],
              [words.process.type, onGpus[0] ? words.process.types[onGpus[0].type] : MISSING],
              [words.process.where, text(process.task ?? process.container ?? process.session)],
              [words.process.executable, text(process.executable)],
              [words.process.directory, text(process.workingDirectory)],
              [words.process.environment, text(process.pythonEnvironment)],
            ]}
          />
        </>
      )}
    </Dialog>
  );
}
