// Where this script came from: the element it stands in, and the address of its server.

/** Known only while the script runs for the first time; it is a classic script, never a module. */
export const script = document.currentScript as HTMLScriptElement;

/** The address of the server, with a slash at its end. */
export const base = script.src.replace(/(v\/[^/]+\/)?\w+\.js.*/, '');
