/** The shape of every list answer. */
export interface Page<T> {
  items: T[];
  next_cursor?: string | null;
}

export interface PageQuery {
  limit?: number;
  cursor?: string | null;
  [filter: string]: string | number | boolean | null | undefined;
}
