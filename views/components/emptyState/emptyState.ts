export interface EmptyState {
  readonly title: string;
  readonly text: string;
  readonly action: { readonly text: string; readonly href: string } | null;
}
