/** A command line for a narrow place: its program without the folder it lies in. The whole belongs beside it or behind it. */

/** `/opt/conda/envs/torch/bin/python3.11 train.py` is `python3.11 train.py`. */
export const shortCommand = (command: string): string => command.replace(/^\/\S*\/(?=[^/\s])/, '');
