/** Which programs a suite needs beside npm's packages, so that it can skip itself by name where they are not installed. */
import { existsSync } from 'node:fs';

/** Programs that are not in any folder of PATH, nor where services are. */
export function lacking(...programs: string[]): string[] {
  const folders = (process.env.PATH ?? '').split(':').concat('/usr/sbin', '/sbin');
  return programs.filter((program) => !folders.some((folder) => existsSync(`${folder}/${program}`)));
}

/** Whether to skip a suite that needs these programs. Never where CI is `true`: there a missing program is a failure. */
export function skipWithout(...programs: string[]): boolean {
  return process.env.CI !== 'true' && lacking(...programs).length > 0;
}
