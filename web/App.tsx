/** The page: language, theme and account around, top bar above, and whichever page the address names. */
import { lazy, Suspense, useCallback, useEffect, useLayoutEffect, useState } from 'react';
import {
  AccountContext,
  type AccountState,
  logInByCode,
  logOut,
  takeLinkCode,
  useAccount,
  type WhoAmI,
} from './live/account.ts';
import { askHub } from './live/hub.ts';
import { laterPart, loadLaterParts } from './live/laterParts.ts';
import { setPreferences, usePreferences } from './live/preferences.ts';
import { useShortcuts } from './live/shortcuts.ts';
import { useQueueWatch } from './live/tasks.ts';
import { useLive, useLiveStore } from './live/useLive.ts';
import { useIsPhone } from './live/useWidth.ts';
import { Unreadable } from './pages/first-run/Unreadable.tsx';
import { FleetPage } from './pages/fleet/FleetPage.tsx';
import { useActions } from './parts/actions.ts';
import { ErrorBoundary } from './parts/ErrorBoundary.tsx';
import { Link } from './parts/Link.tsx';
import { LinkFailed } from './parts/LinkFailed.tsx';
import { OwnerColours } from './parts/MemoryBar.tsx';
import { Overlays } from './parts/Overlays.tsx';
import { PhoneTabs } from './parts/PhoneTabs.tsx';
import { StateAnnouncer } from './parts/StateAnnouncer.tsx';
import { chooseView, FLEET_VIEWS, type FleetView, TopBar, useIsDark } from './parts/TopBar.tsx';
import { useOwnerColours } from './parts/useOwnerColours.ts';
import { navigate, placeOf, tasksViewOf, useAddress } from './router.ts';
import { languageOfBrowser, useWords, useWordsOf, WordsContext } from './words/words.ts';

const NodePage = laterPart(() => import('./pages/node/NodePage.tsx').then((file) => file.NodePage));
const ProcessesPage = laterPart(() =>
  import('./pages/processes/ProcessesPage.tsx').then((file) => file.ProcessesPage),
);

/** Larger ones: whoever only looks at the fleet does not load them at all. */
const TasksPage = lazy(() => import('./pages/tasks/TasksPage.tsx'));

const SettingsPage = lazy(() =>
  import('./pages/settings/SettingsPage.tsx').then(({ SettingsPage: page }) => ({ default: page })),
);

/** Taken before anything is drawn or asked. */
const linkCode = takeLinkCode();

/**
 * Nothing until the words of its language have come. A language that was chosen goes before the browser's; how often it
 * is drawn anew is the reader's choice too.
 */
export function App() {
  const preferences = usePreferences();
  const store = useLiveStore();
  const account = useAccountState();
  const colours = useOwnerColours();
  const language =
    preferences.language === 'automatic' ? languageOfBrowser(navigator.languages) : preferences.language;
  useEffect(() => {
    document.documentElement.lang = language === 'zh' ? 'zh-CN' : 'en';
  }, [language]);
  useEffect(() => store.setPaintEvery(preferences.refreshSeconds), [store, preferences.refreshSeconds]);
  const words = useWordsOf(language);
  if (words === null) return null;
  return (
    <WordsContext.Provider value={words}>
      <AccountContext.Provider value={account}>
        <OwnerColours.Provider value={colours}>
          <Overlays>
            <Shell />
          </Overlays>
        </OwnerColours.Provider>
      </AccountContext.Provider>
    </WordsContext.Provider>
  );
}

/** Who reads, told by the hub; first by the one-time link, where the page was opened by one. */
function useAccountState(): AccountState {
  const [who, setWho] = useState<WhoAmI | null>(null);
  const [linkFailure, setLinkFailure] = useState<AccountState['linkFailure']>(null);
  const ask = useCallback(() => {
    askHub('whoAmI').then((told) => told.ok && setWho(told.value));
  }, []);
  useEffect(() => {
    const loggedIn = linkCode === null ? Promise.resolve(null) : logInOnce(linkCode);
    loggedIn.then((failure) => {
      setLinkFailure(failure);
      ask();
    });
  }, [ask]);
  const forgetLinkFailure = (): void => setLinkFailure(null);
  return { who, linkFailure, forgetLinkFailure, logOut: () => void logOut().then(ask) };
}

let login: Promise<AccountState['linkFailure']> | null = null;
/** A code works once: whoever asks a second time gets the first answer. */
function logInOnce(code: string): Promise<AccountState['linkFailure']> {
  login ??= logInByCode(code);
  return login;
}

function Shell() {
  const address = useAddress();
  const phone = useIsPhone();
  const url = new URL(address, location.origin);
  const place = placeOf(url.pathname);
  const view = useFleetViewName(url.searchParams.get('view'), phone);
  const now = place.page === 'fleet' && view === 'now';
  const hasGpus = useLive(({ fleet }) =>
    Object.values(fleet?.nodes ?? {}).some((node) => (node.sample?.gpus.length ?? 0) > 0),
  );
  const isRead = useLive(({ fleet }) => fleet !== null);
  useEffect(() => {
    if (isRead) void loadLaterParts();
  }, [isRead]);
  useThemeAttributes();
  usePageShortcuts();
  useQueueWatch();
  return (
    <>
      <TopBar place={place} view={place.page === 'fleet' && view !== 'now' && hasGpus ? view : null} />
      <HubLost />
      <LinkFailed />
      <ErrorBoundary key={place.page === 'tasks' ? 'tasks' : url.pathname}>
        <Page address={url} view={view} />
      </ErrorBoundary>
      {phone && <PhoneTabs place={place} now={now} />}
      <StateAnnouncer />
    </>
  );
}

function Page({ address, view }: { address: URL; view: FleetView | 'now' }) {
  const words = useWords();
  const place = placeOf(address.pathname);
  switch (place.page) {
    case 'fleet':
      return (
        <Unreadable>
          <FleetPage view={view} chosenId={address.searchParams.get('node')} />
        </Unreadable>
      );
    case 'node':
      return (
        <Unreadable>
          <Suspense fallback={<main className="page-body" />}>
            <NodePage id={place.id} />
          </Suspense>
        </Unreadable>
      );
    case 'tasks':
      return (
        <Suspense fallback={<main className="page-body" />}>
          <TasksPage view={tasksViewOf(address, place.task)} />
        </Suspense>
      );
    case 'processes':
      return (
        <Unreadable>
          <Suspense fallback={<main className="page-body" />}>
            <ProcessesPage query={address.searchParams.get('q') ?? ''} />
          </Suspense>
        </Unreadable>
      );
    case 'settings':
      return (
        <Suspense fallback={<main className="page-body" />}>
          <SettingsPage />
        </Suspense>
      );
    case 'nowhere':
      return (
        <main className="page-body page-note">
          <Link href="/" className="button">
            {words.error.backToFleet}
          </Link>
        </main>
      );
  }
}

/** From here on a list is too long to see at once. */
const MAP_FROM_MACHINES = 41;

/** The view that the address names, else the chosen one, else by the size of the fleet; on a telephone: now. */
function useFleetViewName(named: string | null, phone: boolean): FleetView | 'now' {
  const { view } = usePreferences();
  const machines = useLive((picture) => picture.fleet?.order.length ?? 0);
  const asked = FLEET_VIEWS.find((each) => each === named);
  if (phone) return asked ?? 'now';
  if (asked) return asked;
  if (view !== 'automatic') return view;
  if (machines === 1) return 'cards';
  return machines >= MAP_FROM_MACHINES ? 'map' : 'list';
}

function useThemeAttributes(): void {
  const dark = useIsDark();
  const { density } = usePreferences();
  // Before the first paint, so that nobody sees the other theme flash.
  useLayoutEffect(() => {
    document.documentElement.dataset.theme = dark ? 'dark' : 'light';
    document.documentElement.dataset.density = density;
  }, [dark, density]);
}

function usePageShortcuts(): void {
  const { showKeys, showSearch } = useActions();
  const store = useLiveStore();
  const dark = useIsDark();
  const { density } = usePreferences();
  useShortcuts({
    'g f': () => navigate('/'),
    'g t': () => navigate('/tasks'),
    'g p': () => navigate('/processes'),
    'g s': () => navigate('/settings'),
    '1': () => chooseView('list'),
    '2': () => chooseView('cards'),
    '3': () => chooseView('map'),
    d: () => setPreferences({ density: density === 'compact' ? 'comfortable' : 'compact' }),
    t: () => setPreferences({ theme: dark ? 'light' : 'dark' }),
    r: () => store.paintNow(),
    '?': showKeys,
  });
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent): void => {
      if (event.key.toLowerCase() !== 'k' || !(event.metaKey || event.ctrlKey)) return;
      event.preventDefault();
      showSearch();
    };
    addEventListener('keydown', onKeyDown);
    return () => removeEventListener('keydown', onKeyDown);
  }, [showSearch]);
}

/** A bar in place while the hub is not reached: what is shown below is the last truth. */
function HubLost() {
  const words = useWords();
  const connection = useLive((picture) => picture.connection);
  const { who } = useAccount();
  // Who may not read is refused the live socket, and told so in place of the figures.
  if (connection.state !== 'lost' || who?.mayRead === false) return null;
  const since = new Date(connection.sinceMs).toTimeString().slice(0, 5);
  return (
    <p className="hub-lost" role="status">
      {words.live.lost(since)} {connection.complaint}
    </p>
  );
}
