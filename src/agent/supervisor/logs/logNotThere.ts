/** Its own file: whoever only imagines logs opens none. */

/** There is no such log here: the attempt never ran on this machine, or its log was removed. */
export class LogNotThere extends Error {}
