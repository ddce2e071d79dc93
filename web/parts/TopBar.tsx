/** The bar above every page: where one is, search, the fleet's view, density, language, theme, whether it is live, who. */

import { visible } from '../../src/lib/displayText.ts';
import { useAccount } from '../live/account.ts';
import { setPreferences, usePreferences } from '../live/preferences.ts';
import { useQueue } from '../live/tasks.ts';
import { navigate, type Place } from '../router.ts';
import { whole } from '../words/figures.ts';
import { useWords } from '../words/words.ts';
import { useActions } from './actions.ts';
import { Icon, type IconName } from './Icon.tsx';
import { Link } from './Link.tsx';
import { LiveDot } from './LiveDot.tsx';
import { countOf } from './RunsBar.tsx';
import './topBar.css';

export type FleetView = 'list' | 'cards' | 'map';
export const FLEET_VIEWS: FleetView[] = ['list', 'cards', 'map'];

interface TopBarProps {
  place: Place;
  /** The fleet's view, where the fleet is shown; null elsewhere. */
  view: FleetView | null;
}

/** A narrow window leaves out density and theme, which the settings have; who is not logged in has no mark. */
export function TopBar({ place, view }: TopBarProps) {
  const words = useWords();
  const { showSearch } = useActions();
  const { density } = usePreferences();
  const searchKey = /Mac|iPhone|iPad/.test(navigator.userAgent) ? '⌘K' : 'Ctrl K';
  return (
    <header className="top-bar">
      <Link href="/" className="mark" aria-label="FlowLine">
        <svg
          viewBox="0 0 20 20"
          width="20"
          height="20"
          fill="none"
          stroke="currentColor"
          strokeWidth="2.2"
          strokeLinecap="round"
          aria-hidden="true"
        >
          <path d="M2.5 4.5h9a2.9 2.9 0 0 1 0 5.8h-4a2.6 2.6 0 0 0 0 5.2h10" />
          <path d="M14.5 2.3l2.6 2.2-2.6 2.2" strokeLinejoin="round" />
        </svg>
        <span>FlowLine</span>
      </Link>
      <nav className="top-links" aria-label={words.pages.main}>
        <PageLink href="/" here={place.page === 'fleet' || place.page === 'node'} text={words.pages.fleet} />
        <TasksLink here={place.page === 'tasks'} />
        <PageLink href="/processes" here={place.page === 'processes'} text={words.pages.processes} />
        <PageLink href="/settings" here={place.page === 'settings'} text={words.pages.settings} />
      </nav>
      <span className="grow" />
      <button
        type="button"
        className="top-search"
        onClick={showSearch}
        aria-label={`${words.search.placeholder} ${searchKey}`}
      >
        <Icon name="search" />
        <span className="ellipsis">{words.search.placeholder}</span>
        <kbd>{searchKey}</kbd>
      </button>
      {view !== null && <ViewSwitch view={view} />}
      <button
        type="button"
        className="icon-button roomy-only"
        aria-label={words.density}
        aria-pressed={density === 'compact'}
        title={`${words.density}: ${words.settings[density]}`}
        onClick={() => setPreferences({ density: density === 'compact' ? 'comfortable' : 'compact' })}
      >
        <Icon name="density" />
      </button>
      <LanguageSwitch />
      <ThemeSwitch />
      <LiveDot />
      <AccountMark />
    </header>
  );
}

function PageLink({ href, here, text }: { href: string; here: boolean; text: string }) {
  return (
    <Link href={href} className="page-link" aria-current={here ? 'page' : undefined}>
      {text}
    </Link>
  );
}

/** Tasks, with how many run and wait where the reader may see the queue. */
function TasksLink({ here }: { here: boolean }) {
  const words = useWords();
  const counts = useQueue()?.counts;
  const running = counts ? countOf(counts, 'running') : 0;
  const waiting = counts ? countOf(counts, 'queued') : 0;
  const label = words.tasks.runningWaiting(whole(running), whole(waiting));
  return (
    <Link
      href="/tasks"
      className="page-link"
      aria-current={here ? 'page' : undefined}
      title={running + waiting > 0 ? label : undefined}
    >
      {words.pages.tasks}
      {running + waiting > 0 && (
        <span className="page-count">
          <span className="visually-hidden">{label}</span>
          <span aria-hidden="true">
            <span className="working">{whole(running)}</span>
            {waiting > 0 && <span className="quiet"> + {whole(waiting)}</span>}
          </span>
        </span>
      )}
    </Link>
  );
}

const VIEW_ICONS: Record<FleetView, IconName> = { list: 'list', cards: 'cards', map: 'map' };

function ViewSwitch({ view }: { view: FleetView }) {
  const words = useWords();
  return (
    <fieldset className="switch view-switch" aria-label={words.views.label}>
      {FLEET_VIEWS.map((each) => (
        <button
          key={each}
          type="button"
          aria-pressed={each === view}
          aria-label={words.views[each]}
          onClick={() => chooseView(each)}
        >
          <Icon name={VIEW_ICONS[each]} />
          <span className="view-name">{words.views[each]}</span>
        </button>
      ))}
    </fieldset>
  );
}

/** Shows the fleet so, now and at the next visit. */
export function chooseView(view: FleetView): void {
  setPreferences({ view });
  navigate(`/?view=${view}`);
}

function LanguageSwitch() {
  const words = useWords();
  const english = words.language === 'en';
  return (
    <button
      type="button"
      className="language-switch"
      lang={english ? 'zh-CN' : 'en'}
      title={words.otherLanguage}
      onClick={() => setPreferences({ language: english ? 'zh' : 'en' })}
    >
      <span className={english ? 'here' : ''}>EN</span>
      <span aria-hidden="true"> / </span>
      <span className={english ? '' : 'here'}>中</span>
    </button>
  );
}

function ThemeSwitch() {
  const words = useWords();
  const dark = useIsDark();
  return (
    <button
      type="button"
      className="icon-button roomy-only"
      aria-label={words.theme}
      title={`${words.theme}: ${words.settings.themes[dark ? 'dark' : 'light']}`}
      onClick={() => setPreferences({ theme: dark ? 'light' : 'dark' })}
    >
      <Icon name={dark ? 'sun' : 'moon'} />
    </button>
  );
}

/**
 * The theme as drawn; follows the preference, or the system where that was chosen. With forced colours the ground is
 * the system's, and only its own scheme has colours that are seen on it.
 */
export function useIsDark(): boolean {
  const { theme } = usePreferences();
  const isForced = matchMedia('(forced-colors: active)').matches;
  return theme === 'system' || isForced
    ? !matchMedia('(prefers-color-scheme: light)').matches
    : theme === 'dark';
}

/** The first two letters of whoever is logged in. */
function AccountMark() {
  const words = useWords();
  const { who } = useAccount();
  if (!who?.account) return null;
  const { name, role } = who.account;
  const shown = visible(words.account(name));
  const whole = words.settings.loggedInAs(shown, words.settings.roles[role]);
  // What is read aloud begins with what is seen: whoever speaks to the page says that.
  return (
    <Link href="/settings" className="account-mark" title={whole}>
      {shown.slice(0, 2).toUpperCase()} <span className="visually-hidden">{whole}</span>
    </Link>
  );
}
