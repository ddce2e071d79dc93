/** What a reader chooses for this browser, who he is, and which hub this is. */
import { visible } from '../../../src/lib/displayText.ts';
import { useAccount } from '../../live/account.ts';
import { type Preferences, setPreferences, usePreferences } from '../../live/preferences.ts';
import { useIsAdministrator } from '../../live/taskActions.ts';
import { useLive } from '../../live/useLive.ts';
import { useActions } from '../../parts/actions.ts';
import { CodeText } from '../../parts/CodeText.tsx';
import { CopyButton } from '../../parts/CopyButton.tsx';
import { span } from '../../words/figures.ts';
import { useWords } from '../../words/words.ts';
import { AboutRows } from './AboutRows.tsx';
import { OwnLog } from './OwnLog.tsx';
import { QueueSettings } from './QueueSettings.tsx';
import { Choice, Row } from './Row.tsx';
import './settingsPage.css';

/** A clock that differs by less is nobody's concern. */
const CLOCK_TOLERANCE_MS = 2000;

/**
 * Each choice holds at once, for this browser alone; below stand the queue's settings and FlowLine's log, for those who
 * may see them.
 */
export function SettingsPage() {
  const words = useWords();
  const { settings } = words;
  const chosen = usePreferences();
  const { showKeys } = useActions();
  const isAdministrator = useIsAdministrator();
  return (
    <main className="page-body settings-page">
      <h1>{settings.title}</h1>
      <p className="quiet">{settings.kept}</p>
      <Row name={settings.refresh} hint={settings.refreshHint}>
        <RefreshChoice seconds={chosen.refreshSeconds} />
      </Row>
      <Row name={settings.view} hint={settings.viewHint}>
        <Choice
          name={settings.view}
          value={chosen.view}
          options={[
            ['automatic', settings.automatic],
            ['list', words.views.list],
            ['cards', words.views.cards],
            ['map', words.views.map],
          ]}
          onChoose={(view) => setPreferences({ view })}
        />
      </Row>
      <Row name={settings.density}>
        <Choice
          name={settings.density}
          value={chosen.density}
          options={[
            ['comfortable', settings.comfortable],
            ['compact', settings.compact],
          ]}
          onChoose={(density) => setPreferences({ density })}
        />
      </Row>
      <Row name={settings.language} hint={settings.languageHint}>
        <Choice
          name={settings.language}
          value={chosen.language}
          options={[
            ['automatic', settings.automatic],
            ['en', 'English'],
            ['zh', '中文'],
          ]}
          onChoose={(language) => setPreferences({ language })}
        />
      </Row>
      <Row name={settings.theme}>
        <Choice
          name={settings.theme}
          value={chosen.theme}
          options={[
            ['system', settings.themes.system],
            ['dark', settings.themes.dark],
            ['light', settings.themes.light],
          ]}
          onChoose={(theme) => setPreferences({ theme })}
        />
      </Row>
      <Row name={settings.singleKeys} hint={settings.singleKeysHint}>
        <Choice
          name={settings.singleKeys}
          value={chosen.singleKeys ? 'on' : 'off'}
          options={[
            ['on', settings.on],
            ['off', settings.off],
          ]}
          onChoose={(on) => setPreferences({ singleKeys: on === 'on' })}
        />
        <button type="button" className="button small" onClick={showKeys}>
          {settings.showKeys}
        </button>
      </Row>
      <AccountRow />
      <HubRow />
      <QueueSettings />
      {isAdministrator && <OwnLog />}
      <AboutRows />
    </main>
  );
}

const INTERVALS = [2, 5, 10, 30, 60];

function RefreshChoice({ seconds }: { seconds: Preferences['refreshSeconds'] }) {
  const words = useWords();
  const { settings } = words;
  const known = seconds === null || seconds === 0 || INTERVALS.includes(seconds);
  return (
    <>
      <select
        className="field"
        aria-label={settings.refresh}
        value={known ? String(seconds) : 'own'}
        onChange={(event) => {
          const { value } = event.target;
          setPreferences({ refreshSeconds: value === 'null' ? null : value === 'own' ? 15 : Number(value) });
        }}
      >
        <option value="0">{settings.live}</option>
        {INTERVALS.map((interval) => (
          <option key={interval} value={interval}>
            {settings.every(interval)}
          </option>
        ))}
        <option value="own">{settings.ownInterval}</option>
        <option value="null">{settings.byHand}</option>
      </select>
      {!known && (
        <label className="own-interval">
          <input
            type="number"
            className="field"
            min={1}
            max={3600}
            aria-label={settings.ownInterval}
            value={seconds}
            onChange={(event) => {
              const wanted = Math.min(3600, Math.max(1, Math.round(Number(event.target.value) || 1)));
              setPreferences({ refreshSeconds: wanted });
            }}
          />{' '}
          {words.time.second}
        </label>
      )}
    </>
  );
}

function AccountRow() {
  const words = useWords();
  const { settings } = words;
  const { who, logOut } = useAccount();
  return (
    <Row name={settings.account}>
      <div className="setting-text">
        {who?.account ? (
          <>
            <p className="ink">
              {settings.loggedInAs(
                visible(words.account(who.account.name)),
                settings.roles[who.account.role],
              )}
            </p>
            <button type="button" className="button small" onClick={logOut}>
              {settings.logOut}
            </button>
          </>
        ) : (
          <p>
            <CodeText text={settings.notLoggedIn} />
          </p>
        )}
      </div>
    </Row>
  );
}

function HubRow() {
  const words = useWords();
  const { settings } = words;
  const { who } = useAccount();
  const offset = useLive((picture) => picture.connection.clockOffsetMs);
  return (
    <Row name={settings.hub}>
      <div className="setting-text">
        {who && (
          <>
            <p className="ink">
              {visible(who.hubName)} · {settings.hubVersion(visible(who.hubVersion))}
            </p>
            <p className="with-copy">
              {settings.address} <code>{visible(who.joinAddress)}</code>
              <CopyButton text={who.joinAddress} what={settings.address} />
            </p>
          </>
        )}
        {offset !== null && Math.abs(offset) > CLOCK_TOLERANCE_MS && (
          <p className="warn">{settings.clockDiffers(span(words, Math.abs(offset)))}</p>
        )}
      </div>
    </Row>
  );
}
