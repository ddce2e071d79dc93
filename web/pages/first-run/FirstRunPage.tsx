/** One machine and no GPU to show: what is so, that nothing is broken, three ways on, and what was looked at. */
import { useEffect, useState } from 'react';
import type { FleetNode } from '../../../src/fleet/view.ts';
import { visible } from '../../../src/lib/displayText.ts';
import type { Check } from '../../../src/model/check.ts';
import type { DriverState } from '../../../src/model/node.ts';
import { useAccount } from '../../live/account.ts';
import { askHub, type HubAnswer } from '../../live/hub.ts';
import { CodeText } from '../../parts/CodeText.tsx';
import { Failure } from '../../parts/Failure.tsx';
import { Icon, type IconName } from '../../parts/Icon.tsx';
import type { Words } from '../../words/en.ts';
import { nodeName } from '../../words/sentences.ts';
import { useWords } from '../../words/words.ts';
import { CommandLine } from './CommandLine.tsx';
import { MachineGlance } from './MachineGlance.tsx';
import { reachableAddress } from './reachableAddress.ts';
import './firstRun.css';

/**
 * Title and first step go by the driver's state; no sample yet counts as starting. Without a driver the step becomes
 * more exact once the checks tell whether a card is on the bus.
 */
export function FirstRunPage({ node }: { node: FleetNode }) {
  const words = useWords();
  const state = node.sample?.driver.state ?? 'starting';
  const driver = node.sample?.driver;
  const message = (driver && words.agentRemarks(driver.remarks)) ?? driver?.message ?? null;
  const answer = useChecks(node);
  const step = firstStep(words, state, answer);
  const watched = words.first.watched(nodeName(node));
  return (
    <main className="page-body">
      <div className="first-run">
        <div>
          <h1>{words.first.titles[state]}</h1>
          <p className="first-fact">
            {watched.before}
            <code>{watched.name}</code>
            {watched.after} {state === 'starting' && words.first.startingHint}
          </p>
          {state !== 'absent' && message !== null && <p className="hint-bar">{visible(message)}</p>}
          <ol className="first-steps">
            <li>
              <h2>{step.title}</h2>
              <p>{step.text}</p>
              <CommandLine text={step.command} />
              {step.noteCommand !== '' && (
                <p className="quiet first-note">
                  {step.note} <code>{step.noteCommand}</code>
                </p>
              )}
            </li>
            <Elsewhere node={node} />
            <li>
              <h2>{words.first.demo}</h2>
              <p>{words.first.demoText}</p>
              <CommandLine text="flowline demo" />
            </li>
            <li className="first-also">
              <Icon name="check" />
              <h2>{words.first.without}</h2>
              <p>{words.first.withoutText}</p>
              <CommandLine text="flowline submit table.csv --gpus 0 -- python prepare.py" />
            </li>
          </ol>
        </div>
        <aside>
          <MachineGlance node={node} />
          <LookedAt answer={answer} />
        </aside>
      </div>
    </main>
  );
}

function Elsewhere({ node }: { node: FleetNode }) {
  const words = useWords();
  const { who } = useAccount();
  const address = reachableAddress(who?.joinAddress ?? location.origin, node.address);
  return (
    <li>
      <h2>{words.first.elsewhere}</h2>
      <p>{words.first.elsewhereText}</p>
      <CommandLine text={`flowline up --listen ${new URL(address).host}`} />
      <p className="first-then">
        <CodeText text={words.first.elsewhereThen(address)} />
      </p>
      <CommandLine text={`FLOWLINE_JOIN_TOKEN=… flowline agent join ${address}`} />
      <p className="quiet first-note">
        {words.first.older} <code>flowline up --config master.json</code>
      </p>
    </li>
  );
}

const RESULT_ICON: Record<Check['result'], IconName> = { ok: 'check', note: 'note', problem: 'cross' };
const RESULT_COLOUR: Record<Check['result'], string> = { ok: 'free', note: 'quiet', problem: 'bad' };

type Checks = HubAnswer<{ checks: Check[] }> | null;

/** What `flowline doctor` looked at on that machine, asked once for each state of its driver; null until it has come. */
function useChecks(node: FleetNode): Checks {
  const { language } = useWords();
  const [answer, setAnswer] = useState<Checks>(null);
  const asked = `${node.id} ${language} ${node.sample?.driver.state}`;
  useEffect(() => {
    const abort = new AbortController();
    const [id = '', spoken = 'en'] = asked.split(' ');
    askHub('checkNode', { parameters: { id }, query: { language: spoken }, signal: abort.signal }).then(
      (told) => {
        if (!abort.signal.aborted) setAnswer(told);
      },
    );
    return () => abort.abort();
  }, [asked]);
  return answer;
}

/** What to do first; without a driver that depends on whether a card was found on the bus. */
function firstStep(words: Words, state: DriverState, answer: Checks): Words['first']['noCard'] {
  if (state !== 'absent' || !answer?.ok) return words.first.steps[state];
  const card = answer.value.checks.find((check) => check.name === 'pci-device');
  if (card?.result === 'note') return words.first.noCard;
  return card ? { ...words.first.steps.absent, title: words.first.cardFound } : words.first.steps.absent;
}

function LookedAt({ answer }: { answer: Checks }) {
  const words = useWords();
  return (
    <section className="looked-at">
      <h2>
        {words.first.lookedAt} <span className="quiet">{words.first.doctor}</span>
      </h2>
      {answer === null && <p className="quiet">{words.first.asking}</p>}
      {answer !== null && !answer.ok && <Failure failure={answer} />}
      {answer?.ok && (
        <ul>
          {answer.value.checks.map((check) => (
            <li key={check.name}>
              <span className={RESULT_COLOUR[check.result]}>
                <Icon name={RESULT_ICON[check.result]} />
              </span>
              <code>{visible(check.name)}</code>
              <span>
                <span className="ink">{visible(check.found)}</span>
                {check.advice !== null && <span className="quiet"> {visible(check.advice)}</span>}
              </span>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
