import type { JSX } from 'preact';
import type { ImageAttachment } from '../../../shared/views.ts';
import { Icon } from '../../components/icon.tsx';

/** An attached image, small; with `onRemove` it can be taken off. */
export function Thumbnail({
  image,
  onRemove,
}: {
  image: ImageAttachment;
  onRemove?: () => void;
}): JSX.Element {
  return (
    <span class="thumbnail">
      <img src={`data:${image.mediaType};base64,${image.data}`} alt={image.label} />
      {onRemove && (
        <button
          type="button"
          class="chip-remove"
          aria-label={`Remove ${image.label}`}
          title={`Remove ${image.label}`}
          onClick={onRemove}
        >
          <Icon name="close" />
        </button>
      )}
    </span>
  );
}
