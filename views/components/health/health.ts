/** Of one part of the service. */
export interface HealthItem {
  readonly name: string;
  readonly text: string;
  readonly tone: 'good' | 'waiting' | 'bad';
}
