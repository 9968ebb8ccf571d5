// The name that everything public of the widget begins with.

export const NAME = 'rejoinder';
export const MOUNT = `[data-${NAME}-thread]`;
export const TAG = `${NAME}-thread`;
