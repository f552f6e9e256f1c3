-- +goose Up
-- Of two rows for one meeting of Zoom's the older one stays; the other is of no meeting any more.
update meetings set state = 'cancelled', zoom_id = 0 where exists (
    select 1 from meetings o where o.tenant = meetings.tenant and o.organizer = meetings.organizer and o.zoom_id = meetings.zoom_id
        and (o.created_at < meetings.created_at or o.created_at = meetings.created_at and o.id < meetings.id));
create unique index meetings_number on meetings (tenant, organizer, zoom_id) where zoom_id > 0;

-- +goose Down
drop index meetings_number;
