/** An input that shows what a component can look like. */
export interface Example<Input> {
  readonly name: string;
  readonly input: Input;
  /** The second argument of the component's macro, where it has one. */
  readonly option?: boolean;
}
