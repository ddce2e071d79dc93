import { expect, test } from 'vitest';
import { runCommandLine } from '../../test/support/commandLine.ts';
import { widthOf } from './text/width.ts';

test.each(['find', 'queue', 'submit', 'run', 'tasks', 'edit', 'kill'])(
  'the help of %s says its piece in 80 columns',
  async (command) => {
    const { output } = await runCommandLine([command, '--help'], { terminalColumns: 80 });
    const below = output.slice(output.indexOf('\nExamples:\n')).split('\n');
    expect(below.length).toBeGreaterThan(2);
    const sentences = below.filter((line) => !line.startsWith('  '));
    for (const line of sentences) expect(widthOf(line), line).toBeLessThanOrEqual(80);
  },
);
