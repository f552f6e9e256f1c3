-- +goose Up
-- Of two rows for one meeting of Zoom's the older one stays; the other is of no meeting any more.
update meetings set state = 'cancelled', zoom_id = 0 where exists (
    select 1 from meetings o where o.tenant = meetings.tenant and o.organizer = meetings.organizer and o.zoom_id = meetings.zoom_id
        and (o.created_at < meetings.created_at or o.created_at = meetings.created_at and o.id < meetings.id));
create unique index meetings_number on meetings (tenant, organizer, zoom_id) where zoom_id > 0;

alter table meeting_shares add column conversation text not null default '';
alter table meeting_shares add column turn bigint not null default 1;
alter table meeting_shares add column state text not null default 'posted';
alter table meeting_shares add column attempts bigint not null default 1;
alter table meeting_shares add column since_at bigint not null default 0;
alter table meeting_shares add column reason text not null default '';
update meeting_shares set conversation = id;
create unique index meeting_shares_turn on meeting_shares (tenant, meeting, conversation, turn);

-- +goose Down
drop index meeting_shares_turn;
alter table meeting_shares drop column reason;
alter table meeting_shares drop column since_at;
alter table meeting_shares drop column attempts;
alter table meeting_shares drop column state;
alter table meeting_shares drop column turn;
alter table meeting_shares drop column conversation;
drop index meetings_number;
