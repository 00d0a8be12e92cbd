/** Ranks of the classes that apps ask for and clusters hold; higher is stricter. */
const SECURITY = ['None', 'Low', 'Medium', 'Good', 'High'] as const;
const COMPLIANCE = ['Low', 'Medium', 'High'] as const;

export type SecurityClass = (typeof SECURITY)[number];
export type ComplianceClass = (typeof COMPLIANCE)[number];

export function securityRank(name: SecurityClass): number {
  return SECURITY.indexOf(name);
}

export function complianceRank(name: ComplianceClass): number {
  return COMPLIANCE.indexOf(name);
}
