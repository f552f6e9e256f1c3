-- +goose Up
-- One row for each time that a meeting is held, and who is in it, waits, or was in it.
create table meeting_sessions (
    tenant     text   not null,
    meeting    text   not null,
    uuid       text   not null,
    started_at bigint not null,
    ended_at   bigint not null,
    look_at    bigint not null,
    primary key (tenant, meeting, uuid)
);
create index meeting_sessions_look on meeting_sessions (look_at) where ended_at = 0;

create table meeting_attendance (
    tenant      text   not null,
    meeting     text   not null,
    uuid        text   not null,
    participant text   not null,
    name        text   not null,
    state       text   not null,
    at          bigint not null,
    was_in      bigint not null,
    primary key (tenant, meeting, uuid, participant)
);

-- +goose Down
drop table meeting_attendance;
drop table meeting_sessions;
