/** What a schema found wrong, in a few words for people: where, and what. */

/** The first of a schema's issues, like `host.cpuPercent: Too big`. */
export function firstIssue(error: {
  issues: readonly { path: readonly PropertyKey[]; message: string }[];
}): string {
  const issue = error.issues[0];
  return issue ? `${issue.path.join('.') || 'message'}: ${issue.message}` : 'not a message';
}
