/** The people of the imagined laboratory: the same login names and numbers on each of its machines. */
import type { Person } from './world.ts';

/** In the order in which they joined. */
export const logins = [
  'chen.yu',
  'wang.ll',
  'lin.wei',
  'zhao.k',
  's.keller',
  'm.okafor',
  'i.petrov',
  'liu.jx',
  'a.costa',
  'h.nakamura',
] as const;

export type Login = (typeof logins)[number] | 'root';

/** Somebody by his login name; `root` looks after each machine. */
export function person(login: Login): Person {
  return { login, uid: login === 'root' ? 0 : 1001 + logins.indexOf(login) };
}
