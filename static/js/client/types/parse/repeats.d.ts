export function keyOf({ front, back }: {
    front: string;
    back: string;
}): string;
