/** What is wrong with a table or a command, in the page's language: its Chinese words come when the first is told. */
import type { CommandProblem } from '../../../../src/tables/command/problem.ts';
import type { TableProblem } from '../../../../src/tables/problem.ts';

/** Names from the file stand in it as they are: who shows it makes hidden characters visible. */
export async function toldProblem(
  problem: TableProblem | CommandProblem,
  language: string,
): Promise<{ what: string; hint: string }> {
  if (language !== 'zh') return { what: problem.message, hint: problem.hint };
  const { problemZh } = await import('../../../../src/tables/problemsZh.ts');
  return problemZh(problem);
}
