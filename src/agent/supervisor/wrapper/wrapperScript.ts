/**
 * The wrapper of one attempt: a POSIX shell script, for there is a shell on every machine and a compiler on few
 * (docs/decisions/0016). It outlives the agent, and everything it has to say it says in files of the attempt's folder:
 *
 *   sh WRAPPER FOLDER WORKING-DIRECTORY CONTROL-GROUP-OR-EMPTY PROGRAM ARGUMENT…
 *
 *   claim/       made by whoever comes first: the wrapper, which then executes, or an agent that finds a lease nobody
 *                executed, and then knows for sure that nobody ever will
 *   start.json   {"pid": 4711, "startTicks": 102023, "bootId": "…", "uptimeSeconds": 1020.23}, before the program
 *   exit.json    {"code": 0, "uptimeSeconds": 1031.48, "user": "0m1.23s", "system": "0m0.45s"}, after it
 *   refused      a word, where the program was never executed
 *   wrapper.txt  what the shell itself complained of: the logs hold the program's bytes only
 *
 * Names begin with `_fl_`, because a variable that the environment happens to have would be passed on with our value.
 */

/** How the wrapper itself ends where it executed nothing. */
export const WRAPPER_EXIT = { claimed: 121, 'working-directory': 122, disk: 123 } as const;

/** Held aside while the wrapper's own tools run: a library of the user's must not break or slow `mkdir`. */
export const HELD_VARIABLES: Record<string, string> = {
  LD_PRELOAD: '_fl_held_preload',
  LD_LIBRARY_PATH: '_fl_held_library_path',
  LD_AUDIT: '_fl_held_audit',
};

export const WRAPPER_SCRIPT = `# FlowLine: the wrapper of one attempt. It waits for the program and writes down how it ended.
_fl_folder=$1 _fl_where=$2 _fl_group=$3
shift 3
exec 3>&2 2>>"$_fl_folder/wrapper.txt"

# Survives what is sent to the whole process group. Traps, unlike ignored signals, are not inherited by the program.
trap : HUP INT QUIT TERM USR1 USR2 ALRM

# The tools come from the system first, not from an environment that shadows them.
_fl_tool() ( PATH=/usr/bin:/bin\${PATH:+:$PATH}; export PATH; exec "$@" 3>&- )
_fl_refuse() { echo "$1" >"$_fl_folder/refused"; exit "$2"; }
_fl_nth22() { shift 21; _fl_ticks=$1; }

_fl_tool mkdir "$_fl_folder/claim" || exit ${WRAPPER_EXIT.claimed}
cd "$_fl_where" || _fl_refuse working-directory ${WRAPPER_EXIT['working-directory']}
unset OLDPWD

read -r _fl_line </proc/$$/stat
_fl_nth22 $_fl_line
read -r _fl_boot </proc/sys/kernel/random/boot_id
read -r _fl_uptime _fl_line </proc/uptime
# The room for the end is taken at the start: a disk that the program filled takes it all the same.
{
  printf '{"pid":%s,"startTicks":%s,"bootId":"%s","uptimeSeconds":%s}\\n' "$$" "$_fl_ticks" "$_fl_boot" "$_fl_uptime" >"$_fl_folder/start.new" &&
    printf '%256s\\n' '' >"$_fl_folder/exit.new" &&
    _fl_tool sync "$_fl_folder/start.new" "$_fl_folder/exit.new" &&
    _fl_tool mv "$_fl_folder/start.new" "$_fl_folder/start.json"
} || _fl_refuse disk ${WRAPPER_EXIT.disk}

(
  [ -z "$_fl_group" ] || echo 0 >"$_fl_group/cgroup.procs"
${Object.entries(HELD_VARIABLES)
  .map(([name, held]) => `  [ -z "\${${held}+x}" ] || { ${name}=$${held}; export ${name}; unset ${held}; }`)
  .join('\n')}
  exec "$@" 2>&3 3>&-
)
_fl_code=$?

read -r _fl_uptime _fl_line </proc/uptime
times >"$_fl_folder/times"
{ read -r _fl_line; read -r _fl_user _fl_system; } <"$_fl_folder/times"
printf '{"code":%s,"uptimeSeconds":%s,"user":"%s","system":"%s"}' "$_fl_code" "$_fl_uptime" "$_fl_user" "$_fl_system" 1<>"$_fl_folder/exit.new"
_fl_tool sync "$_fl_folder/exit.new"
# Again where a signal to the group ended the tool.
_fl_tool mv "$_fl_folder/exit.new" "$_fl_folder/exit.json" || _fl_tool mv "$_fl_folder/exit.new" "$_fl_folder/exit.json"
exit "$_fl_code"
`;
