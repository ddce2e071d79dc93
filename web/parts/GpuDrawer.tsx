/** Everything that is known of one GPU, the rare figures included: health, identity, PCIe, ECC, clocks. */
import { useState } from 'react';
import { gpuCondition } from '../../src/fleet/gpuCondition.ts';
import { clockWord, warmth } from '../../src/fleet/gpuWords.ts';
import type { FleetGpu, FleetNode } from '../../src/fleet/view.ts';
import { ailmentWords } from '../../src/fleet/words.ts';
import { visible } from '../../src/lib/displayText.ts';
import { useHubNow } from '../live/hubClock.ts';
import { useFleetNode } from '../live/useLive.ts';
import {
  bytesPerSecond,
  clockTime,
  gib,
  gibOfWhole,
  kilowattHours,
  MISSING,
  percent,
  watts,
  whole,
} from '../words/figures.ts';
import { nodeName } from '../words/sentences.ts';
import { useWords } from '../words/words.ts';
import { AgentSays } from './AgentSays.tsx';
import { CopyButton } from './CopyButton.tsx';
import { Dialog } from './Dialog.tsx';
import { Facts } from './Facts.tsx';
import { GpuQueue } from './GpuQueue.tsx';
import { GpuState } from './GpuState.tsx';
import { MachineColours } from './MachineColours.tsx';
import { MemoryBar, MemoryLegend } from './MemoryBar.tsx';

interface GpuDrawerProps {
  nodeId: string;
  index: number;
  onClose: () => void;
}

/**
 * Empty once its machine or its card is gone: another card that took the index is never shown in its place, where cards
 * have UUIDs.
 */
export function GpuDrawer({ nodeId, index, onClose }: GpuDrawerProps) {
  const words = useWords();
  const node = useFleetNode(nodeId);
  const [uuid] = useState(() => node?.sample?.gpus.find((each) => each.index === index)?.uuid ?? null);
  // Indexes may shift when a card vanishes; the one that was opened stays the one that is shown.
  const gpu = node?.sample?.gpus.find((each) => (uuid === null ? each.index === index : each.uuid === uuid));
  const name = node ? `${nodeName(node)} · ${words.gpu.name(index)}` : words.gpu.name(index);
  return (
    <Dialog kind="drawer" title={name} label={`${words.gpu.details}: ${name}`} onClose={onClose}>
      {node && gpu && (
        <MachineColours node={node}>
          <GpuDetails node={node} gpu={gpu} />
        </MachineColours>
      )}
    </Dialog>
  );
}

function GpuDetails({ node, gpu }: { node: FleetNode; gpu: FleetGpu }) {
  const words = useWords();
  const nowMs = useHubNow();
  const sample = node.sample;
  if (!sample) return null;
  const condition = gpuCondition({
    nodeState: node.state,
    absence: node.absence,
    driver: sample.driver,
    gpu,
  });
  const warm = warmth(gpu);
  const clock = clockWord(gpu);
  const celsius = (value: number | null): string => (value === null ? MISSING : `${whole(value)}\u2009°C`);
  const yesNo = (value: boolean | null): string =>
    value === null ? MISSING : value ? words.gpu.on : words.gpu.offWord;
  const pair = (one: number | null, other: number | null): string => `${whole(one)}, ${whole(other)}`;
  const pending = (value: boolean | null): string => (value === true ? ` · ${words.gpu.pending}` : '');
  const pcie = (generation: number | null, width: number | null): string =>
    generation === null && width === null ? MISSING : words.gpu.pcieValue(whole(generation), whole(width));
  const identity = gpu.uuid ?? gpu.pciBusId;
  return (
    <>
      <p className="drawer-state">
        <GpuState gpu={gpu} condition={condition} />{' '}
        {condition === 'sick' ? (
          <span className="bad">{ailmentWords(words, gpu)}</span>
        ) : (
          condition in words.rule && (
            <span className="quiet">{words.rule[condition as keyof typeof words.rule]}</span>
          )
        )}
      </p>
      {gpu.message !== null && (
        <p className="hint-bar is-bad">
          <AgentSays
            remarks={gpu.remarks}
            own={words.gpuSays(gpu.state)}
            message={gpu.message}
            withMessage={gpu.state === 'failed'}
          />
        </p>
      )}
      <div>
        <MemoryBar gpu={gpu} height={16} past={condition === 'offline' || condition === 'no-answer'} />
        <MemoryLegend gpu={gpu} />
      </div>
      <GpuQueue gpu={gpu} withWords />
      <h3>{words.gpu.figures}</h3>
      <Facts
        facts={[
          [words.gpu.memory, `${words.per(gib(gpu.memoryUsedBytes), gibOfWhole(gpu.memoryTotalBytes))} GiB`],
          [
            words.gpu.reserved,
            gpu.memoryReservedBytes === null ? MISSING : `${gib(gpu.memoryReservedBytes)} GiB`,
          ],
          [words.gpu.utilisation, percent(gpu.utilizationPercent)],
          [words.gpu.memoryController, percent(gpu.memoryUtilizationPercent)],
          [
            words.gpu.encoder,
            `${percent(gpu.encoderUtilizationPercent)}, ${percent(gpu.decoderUtilizationPercent)}`,
          ],
          [
            words.gpu.temperature,
            `${celsius(gpu.temperatureCelsius)} ${warm === null ? '' : words.warmth[warm]}`,
          ],
          [words.gpu.memoryTemperature, celsius(gpu.memoryTemperatureCelsius)],
          [
            words.gpu.slowdownAt,
            `${celsius(gpu.slowdownTemperatureCelsius)}, ${celsius(gpu.shutdownTemperatureCelsius)}`,
          ],
          [words.gpu.power, words.per(watts(gpu.powerWatts), watts(gpu.powerLimitWatts))],
          [words.gpu.energy, kilowattHours(gpu.energyJoules)],
          [words.gpu.fan, percent(gpu.fanPercent)],
          [
            words.gpu.clocks,
            `${[gpu.graphicsClockMHz, gpu.smClockMHz, gpu.memoryClockMHz, gpu.videoClockMHz].map(whole).join(', ')} MHz`,
          ],
          [words.gpu.clock, clock === null ? MISSING : words.clock[clock]],
          [
            words.gpu.throttle,
            gpu.throttleReasons === null
              ? MISSING
              : gpu.throttleReasons.map((reason) => words.throttle[reason]).join('; ') ||
                words.gpu.nothingHolds,
          ],
          [words.gpu.performance, gpu.performanceState === null ? MISSING : `P${gpu.performanceState}`],
        ]}
      />
      <h3>{words.gpu.health}</h3>
      <Facts
        facts={[
          [words.gpu.state, words.gpuState[gpu.state]],
          [
            words.gpu.xid,
            gpu.xidEvents.length === 0
              ? words.gpu.xidNone
              : gpu.xidEvents
                  .map(
                    (event) =>
                      `${clockTime(event.atMs, nowMs)} Xid ${event.code}: ${words.xidSays(event.code) ?? visible(event.meaning)}`,
                  )
                  .join('; '),
          ],
          [
            words.gpu.ecc,
            gpu.ecc.enabled === null ? MISSING : gpu.ecc.enabled ? words.gpu.eccOn : words.gpu.eccOff,
          ],
          [words.gpu.eccVolatile, pair(gpu.ecc.volatileCorrected, gpu.ecc.volatileUncorrected)],
          [words.gpu.eccAggregate, pair(gpu.ecc.aggregateCorrected, gpu.ecc.aggregateUncorrected)],
          [
            words.gpu.retired,
            pair(gpu.retiredPages.singleBit, gpu.retiredPages.doubleBit) + pending(gpu.retiredPages.pending),
          ],
          [
            words.gpu.remapped,
            pair(gpu.remappedRows.correctable, gpu.remappedRows.uncorrectable) +
              pending(gpu.remappedRows.pending),
          ],
          [words.gpu.recovery, gpu.recoveryAction ?? MISSING],
        ]}
      />
      <h3>{words.gpu.identity}</h3>
      <Facts
        facts={[
          [words.gpu.model, gpu.name === null ? MISSING : visible(gpu.name)],
          [
            words.gpu.uuid,
            <span key="uuid" className="with-copy">
              <span className="mono">{identity === null ? MISSING : visible(identity)}</span>
              {identity !== null && <CopyButton text={identity} what={words.gpu.uuid} />}
            </span>,
          ],
          [words.gpu.serial, gpu.serial === null ? MISSING : visible(gpu.serial)],
          [words.gpu.bus, gpu.pciBusId === null ? MISSING : visible(gpu.pciBusId)],
          [words.gpu.vbios, gpu.vbiosVersion === null ? MISSING : visible(gpu.vbiosVersion)],
          [words.gpu.pcieNow, pcie(gpu.pcie.generation, gpu.pcie.width)],
          [words.gpu.pcieMost, pcie(gpu.pcie.maxGeneration, gpu.pcie.maxWidth)],
          [
            words.gpu.pcieTraffic,
            `${bytesPerSecond(gpu.pcie.receiveBytesPerSecond)}, ${bytesPerSecond(gpu.pcie.transmitBytesPerSecond)}`,
          ],
          [words.gpu.pcieReplays, whole(gpu.pcie.replays)],
          [words.gpu.mig, yesNo(gpu.migMode)],
          [words.gpu.persistence, yesNo(gpu.persistenceMode)],
          [words.gpu.computeMode, gpu.computeMode ?? MISSING],
        ]}
      />
    </>
  );
}
