/** Which works want an object, to find whom a change of it concerns. Several can want the same one. */
export class ObjectUsers {
  readonly #users = new Map<string, Set<string>>();
  readonly #ids = new Map<string, ReadonlySet<string>>();

  /** From now on the work wants exactly these objects. */
  set(work: string, ids: ReadonlySet<string>): void {
    for (const id of this.#ids.get(work) ?? []) {
      if (ids.has(id)) continue;
      const users = this.#users.get(id);
      users?.delete(work);
      if (users?.size === 0) this.#users.delete(id);
    }
    for (const id of ids) {
      const users = this.#users.get(id) ?? new Set<string>();
      this.#users.set(id, users.add(work));
    }
    if (ids.size === 0) this.#ids.delete(work);
    else this.#ids.set(work, ids);
  }

  of(id: string): readonly string[] {
    return [...(this.#users.get(id) ?? [])];
  }
}
