/** What a machine's page says above everything else: that it is cared for, what is wrong with it, in words. */
import type { FleetNode } from '../../../src/fleet/view.ts';
import { visible } from '../../../src/lib/displayText.ts';
import { useHubNow } from '../../live/hubClock.ts';
import { AgentSays } from '../../parts/AgentSays.tsx';
import { CodeText } from '../../parts/CodeText.tsx';
import { Glyph } from '../../parts/Glyph.tsx';
import { clockTime } from '../../words/figures.ts';
import { concernWords, maintenanceWords } from '../../words/sentences.ts';
import { useWords } from '../../words/words.ts';
import { fleetConcern } from './nodeConcern.ts';

/** Nothing for a machine that is well and not in maintenance; both may be said, maintenance first. */
export function PanelMessage({ node }: { node: FleetNode }) {
  const words = useWords();
  const nowMs = useHubNow();
  const maintenance = maintenanceWords(words, node, nowMs);
  return (
    <>
      {maintenance !== null && (
        <p className="hint-bar" role="status">
          <Glyph name="maintenance" /> <strong>{maintenance}</strong>
        </p>
      )}
      <Trouble node={node} />
    </>
  );
}

/** Nothing where nothing is wrong. */
function Trouble({ node }: { node: FleetNode }) {
  const words = useWords();
  const nowMs = useHubNow();
  const concern = fleetConcern(node);
  const driver = node.sample?.driver;
  if (!concern && node.source?.problem)
    return (
      <p className="hint-bar" role="status">
        <strong>{words.reading.problem[node.source.problem.kind]}</strong>{' '}
        {visible(node.source.problem.message)}
      </p>
    );
  if (!concern) {
    const isThere = node.state === 'online' || node.state === 'stale';
    // A machine without a driver, or whose driver is being asked for the first time, is no fault: it is said in grey.
    return !isThere || driver === undefined || driver.state === 'ok' ? null : (
      <p className="hint-bar" role="status">
        <strong>{words.node.driver[driver.state]}</strong>{' '}
        <AgentSays remarks={driver.remarks} own={words.driverSays(driver.state)} message={driver.message} />
      </p>
    );
  }
  const silent = concern.kind === 'driver' && driver?.state === 'unresponsive';
  return (
    <p className={`hint-bar ${concern.severity === 'sick' ? 'is-bad' : ''}`} role="status">
      <strong>{concernWords(words, concern, nowMs)}</strong>{' '}
      {concern.kind === 'absent' && node.source?.problem && (
        <span lang="en">{visible(node.source.problem.message)}</span>
      )}
      {silent && (
        <>
          {words.node.driverNote(clockTime(driver.answeredAtMs, nowMs, true))}{' '}
          <CodeText text={words.node.driverAdvice} />
        </>
      )}
      {concern.kind === 'driver' && !silent && driver && (
        <AgentSays remarks={driver.remarks} own={words.driverSays(driver.state)} message={driver.message} />
      )}
      {concern.kind === 'gpu-sick' && (
        <AgentSays
          remarks={concern.gpu.remarks}
          own={words.gpuSays(concern.gpu.state)}
          message={concern.gpu.message}
          withMessage={concern.gpu.state === 'failed'}
        />
      )}
    </p>
  );
}
