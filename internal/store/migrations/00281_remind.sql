-- +goose Up
-- When it is looked next whether somebody is to be reminded of a meeting; 0: at once.
alter table meetings add column remind_at bigint not null default 0;
create index meetings_remind on meetings (tenant, remind_at) where state = 'active';

-- +goose Down
drop index meetings_remind;
alter table meetings drop column remind_at;
