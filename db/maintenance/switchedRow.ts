/**
 * For a statement that acts by the switch: it is read under a share lock, so that who switches waits until the statement
 * has committed, and afterwards nothing acts by the old position.
 */
export const switchedRow = 'switched as materialized (select active, number from maintenance for share)';
