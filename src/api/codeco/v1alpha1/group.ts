/** The API group of the suite and its one served version. */
export const GROUP = 'codeco.he-codeco.eu';
export const VERSION = 'v1alpha1';
export const API_VERSION = `${GROUP}/${VERSION}`;

/** kubectl get codeco lists every kind of the suite. */
export const CATEGORY = 'codeco';
