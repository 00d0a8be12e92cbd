/** What surrounds the model. Left out (offline): the rules that need it are not judged. */
export interface ModelContext {
  /** Name and namespace of the object. */
  name: string;
  namespace?: string;
  /** FederationPolicies that let no application run in the namespace. */
  closedBy?: readonly string[];
  /** ServiceAccounts that policy lets Pods name. */
  serviceAccounts?: ReadonlySet<string>;
  /** Data sets in the namespace. */
  datasets?: ReadonlySet<string>;
  /** Profiles that exist. */
  profiles?: ReadonlySet<string>;
}
