/** The pages at the thumb, in place of the top bar's links on a telephone. */
import type { Place } from '../router.ts';
import { useWords } from '../words/words.ts';
import { Icon, type IconName } from './Icon.tsx';
import { Link } from './Link.tsx';
import './phoneTabs.css';

/** `now` tells the first screen from the fleet's views, which share a path; a machine's page counts as the fleet. */
export function PhoneTabs({ place, now }: { place: Place; now: boolean }) {
  const words = useWords();
  const fleet = (place.page === 'fleet' && !now) || place.page === 'node';
  const tab = (href: string, icon: IconName, text: string, here: boolean) => (
    <Link href={href} aria-current={here ? 'page' : undefined}>
      <Icon name={icon} />
      {text}
    </Link>
  );
  return (
    <nav className="phone-tabs" aria-label={words.pages.main}>
      {tab('/', 'now', words.pages.now, now)}
      {tab('/?view=list', 'map', words.pages.fleet, fleet)}
      {tab('/tasks', 'tasks', words.pages.tasks, place.page === 'tasks')}
      {tab('/processes', 'processes', words.pages.processes, place.page === 'processes')}
      {tab('/settings', 'settings', words.pages.settings, place.page === 'settings')}
    </nav>
  );
}
