/** Everything that is known of a face. */
export interface FaceDetailsShape {
  readonly face_id: string;
  readonly account_id: string;
  /** null: the account is gone. */
  readonly login: string | null;
  readonly external_id: string;
  readonly user_data: string;
  readonly create_time: string;
  readonly attribute_id: string | null;
  readonly basic_attributes: object | null;
  readonly has_sample: boolean;
  readonly descriptors: readonly {
    readonly descriptor_version: number;
    readonly generation: number;
    readonly create_time: string;
  }[];
  readonly lists: readonly {
    readonly list_id: string;
    readonly user_data: string;
    readonly link_time: string;
  }[];
  readonly list_count: number;
  readonly events: readonly {
    readonly event_id: string;
    readonly source: string;
    readonly external_id: string;
    readonly create_time: string;
    readonly has_sample: boolean;
  }[];
  readonly has_more_events: boolean;
}

/** Some faces in a row, newest first. */
export interface FaceCardsShape {
  readonly faces: readonly FaceCardShape[];
  readonly has_newer: boolean;
  readonly has_older: boolean;
}

export interface FaceCardShape {
  readonly face_id: string;
  readonly external_id: string;
  readonly user_data: string;
  readonly has_sample: boolean;
  readonly descriptor_versions: readonly number[];
}

export interface EventCardShape {
  readonly event_id: string;
  readonly external_id: string;
  readonly source: string;
  readonly samples: readonly ('face' | 'body')[];
  readonly descriptors: readonly {
    readonly descriptor_type: 'face' | 'body';
    readonly descriptor_version: number;
  }[];
}

/** Everything that is known of an event. */
export interface EventDetailsShape extends Omit<EventCardShape, 'descriptors'> {
  readonly account_id: string;
  /** null: the account is gone. */
  readonly login: string | null;
  /** null: it was recognised as none. */
  readonly face_id: string | null;
  readonly handler_id: string | null;
  readonly tags: readonly string[];
  readonly user_data: string;
  readonly track_id: string;
  readonly basic_attributes: object | null;
  readonly create_time: string;
  readonly end_time: string;
  readonly insert_time: string;
  readonly descriptors: readonly (EventCardShape['descriptors'][number] & {
    readonly generation: number;
    readonly create_time: string;
  })[];
}
